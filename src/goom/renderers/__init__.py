"""A case to something to look at."""
