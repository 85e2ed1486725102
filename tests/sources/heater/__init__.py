"""A fifth source: heaters that live in memory, do what they are told, and can be told to fail."""
