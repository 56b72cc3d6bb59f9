"""The claims ledger as a table, as cards, as a page of the documentation, and for machines."""
