"""Looks through eBPF: bpftrace, its programs, and what they may cost."""
