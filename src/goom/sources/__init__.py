"""Where evidence comes from: the only inward I/O."""
