"""The reader of execution traces against Go's own."""
