"""Real Go services that fall ill on purpose, each with what must be found."""
