"""Client library of the battery cloud: swap batteries behind an operator's runtime endpoint."""
