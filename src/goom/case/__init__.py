"""The nouns that pass between rooms. They import nothing of the house."""
