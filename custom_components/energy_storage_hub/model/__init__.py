"""The words that all share: states, quantities, sources. Nothing here knows Home Assistant."""
