"""What routing writes."""
