"""RULES. Verbs as plain functions, one file per word; the only room that writes."""
