"""One derived table each."""
