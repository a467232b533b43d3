"""What is checked of a staged edition."""
