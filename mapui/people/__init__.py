"""People of the staff, their roles and departments, and what each chooses for themselves."""
