"""Things worth saying beside the verdict, one kind to a file."""
