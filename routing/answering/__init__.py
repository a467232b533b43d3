"""What comes back from authorities: on their page, by mail, from their systems; and what follows from it."""
