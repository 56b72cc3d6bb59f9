"""What a claim measures with: toolchains, programs, their runs, the runtime's source, probes."""
