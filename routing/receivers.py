"""What routing does when news comes up from the issues."""
