"""How fast and how dear: the real stack under load, next to the least any server could do."""
