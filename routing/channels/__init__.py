"""How authorities are told: one module per channel, one loop that empties the outbox."""
