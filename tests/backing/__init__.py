"""The servers of scripts/backing at work."""
