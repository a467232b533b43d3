"""The editor of rule sets: what its pages show and ask."""
