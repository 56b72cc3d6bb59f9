"""Go execution traces: their bytes, batch by batch, to tables."""
