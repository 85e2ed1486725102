"""Home Assistant's side of every source: the coordinator, and what it is made of."""
