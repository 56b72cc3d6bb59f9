"""Real Go: toolchains, builds, runs in a memory cgroup."""
