"""Goroutine stacks: growth, copying, shrinking."""
