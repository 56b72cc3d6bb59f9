"""The pacer: goal, trigger, assists, scavenging and the CPU limiter, version by version."""
