"""Messages to reporters: what they say, and how they leave the house."""
