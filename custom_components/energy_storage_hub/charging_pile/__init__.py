"""EV charging piles that dial in (AA F5): a server for them in the own network."""
