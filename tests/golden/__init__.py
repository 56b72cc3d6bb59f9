"""Tests of recorded bundles."""
