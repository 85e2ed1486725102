"""Swap batteries behind an operator's runtime endpoint."""
