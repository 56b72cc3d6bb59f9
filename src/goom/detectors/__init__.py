"""One cause each: signals in, a hypothesis or nothing out."""
