"""The explanation of a decision for staff: what the page shows and what its map draws."""
