"""Trials on real data from elsewhere, which is not part of the project."""
