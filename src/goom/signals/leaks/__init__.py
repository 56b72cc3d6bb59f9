"""Goroutine leaks: which goroutines are one leak, and what each kind of evidence says of it."""
