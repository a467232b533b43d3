"""How good the rules are: trials, golden cases, statistics."""
