"""What a measurement raises when nothing at hand settles the claim."""

from __future__ import annotations


class CannotMeasureError(Exception):
    """Nothing on this machine or among these versions settles it; the text completes "because"."""
