"""Decisions: made, reviewed, overruled, proposed, asked about and looked up."""
