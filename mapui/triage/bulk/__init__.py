"""One step on many reports: chosen, looked at before, taken with progress, taken back."""
