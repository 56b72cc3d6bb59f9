"""How Go's runtime works, version by version."""
