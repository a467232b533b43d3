"""Trial runs and golden cases as their pages show them."""
