"""What an execution trace says: who was held up, by whom, and for how long."""
