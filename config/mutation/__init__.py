"""Mutation testing: faults come into the program one at a time; does a test notice? docs/testing.md tells its use."""
