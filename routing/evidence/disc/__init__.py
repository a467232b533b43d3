"""What lies inside the disc of a location's accuracy, and in which shares."""
