"""Who must act and why, and telling them: network, rules, evidence, engine, decisions, outbox, channels."""
