"""Tests of formats: bytes to evidence."""
