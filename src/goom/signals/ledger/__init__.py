"""Where the memory was, line by line, so that the sum is what the kernel charges."""
