"""One check a file; CHECKS is the one list."""
