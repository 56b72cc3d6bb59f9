"""The pages that teach the models: as files, as data, and in a real browser."""
