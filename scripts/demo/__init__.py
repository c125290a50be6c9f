"""Demo data: sixteen Spaces of a town, the same each time, told around the present day."""
