"""Simulated clouds and devices for development, tests and benchmarks."""
