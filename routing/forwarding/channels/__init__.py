"""How authorities are told: one module for each channel."""
