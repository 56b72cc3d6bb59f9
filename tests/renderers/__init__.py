"""Tests of the renderers: what a person or a machine gets to see."""
