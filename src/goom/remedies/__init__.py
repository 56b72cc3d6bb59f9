"""One order each, with its predicted effect."""
