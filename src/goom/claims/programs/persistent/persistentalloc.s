// Empty: it lets persistentalloc be declared without a body.
