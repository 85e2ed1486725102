"""Heaters have no secrets."""
