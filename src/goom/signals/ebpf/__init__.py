"""What eBPF looks saw, put together: mappings, stacks that grew, collections."""
