"""One file for each statement about Go: how it is measured on real Go, and by which rule judged."""
