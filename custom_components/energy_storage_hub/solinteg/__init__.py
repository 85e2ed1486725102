"""Solinteg inverters: the check of their current transformers, and what it measures."""
