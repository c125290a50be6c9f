"""The sandbox as its users meet it: a program on a port."""
