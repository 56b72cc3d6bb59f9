"""The one error a person sees: what happened, why, and what to type next."""

from __future__ import annotations


class GoomError(Exception):
    """Something the user or the world did; shown as a sentence, never as a traceback.

    ``message`` says what happened and why, ``hint`` what to do next.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(GoomError):  # noqa: N818 - it is what a person is told
    """Input that cannot be read: truncated, of another kind, hostile or empty."""


class TooLarge(BadInput):
    """Input beyond a stated bound (``--max-bytes``)."""
