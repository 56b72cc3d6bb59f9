"""Fuzz targets: each lets only GoomError through; their corpora keep every crash ever found."""
