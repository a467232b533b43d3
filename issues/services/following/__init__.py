"""Following what is public by mail: what can be followed, confirming and ending, what is new, and sending."""
