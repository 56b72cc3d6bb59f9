"""Bytes to evidence: pure parsers, bounded in memory and time."""
