"""Photos: taken in, cleaned, fetched, stored."""
