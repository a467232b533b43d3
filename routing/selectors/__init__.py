"""Reading what routing has stored."""
