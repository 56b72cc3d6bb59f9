"""The allocator: what a list of requests costs, exactly, and how spans fill over time."""
