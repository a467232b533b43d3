"""One report: what is known of it, and what a clerk does with it."""
