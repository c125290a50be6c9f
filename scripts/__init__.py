"""The commands of the project; run and test need nothing but a Python."""
