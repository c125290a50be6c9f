"""The real servers the tests run against, started from the Python packages or from what the machine has."""
