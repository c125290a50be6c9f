"""FACE 3: the clock. Each job is a function that calls one service."""
