"""A stored decision prepared for people and programs that ask why."""
