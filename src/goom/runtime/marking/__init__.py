"""Marking under a write barrier: an explicit object graph, a mutator, a collector."""
