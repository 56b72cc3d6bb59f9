"""A running Go process read from outside, through its memory."""
