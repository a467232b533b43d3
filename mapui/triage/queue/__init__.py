"""The queue of the reports: its page, its filter, its rows."""
