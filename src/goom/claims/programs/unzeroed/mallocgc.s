// Empty: it lets mallocgc be declared without a body.
