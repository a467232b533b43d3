"""The pages of rule sets and authorities."""
