"""Programs whose goroutines wait, their recordings, and what goom says of them."""
