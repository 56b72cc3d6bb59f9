"""goom finds out why a Go service runs out of memory or burns CPU in garbage collection."""

__version__ = "0.1.0"
