"""The page on which an authority answers: one column, phone first, no account."""
