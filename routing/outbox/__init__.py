"""What authorities have to be told: queued, claimed and recorded; nothing here sends."""
