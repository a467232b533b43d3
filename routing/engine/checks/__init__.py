"""What is wrong with a rule set, and which places it covers."""
