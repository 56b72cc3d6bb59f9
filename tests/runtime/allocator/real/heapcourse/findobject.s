// findObject has its body in the runtime; a file like this one lets the compiler believe it.
