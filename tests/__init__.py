"""Tests mirror the rooms: tests/formats/test_gctrace.py is about src/goom/formats/gctrace.py."""
