"""What everybody sees: released issues, who is responsible, answers to questions."""
