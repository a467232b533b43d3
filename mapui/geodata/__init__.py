"""Administration of geodata: uploads, background jobs, and what its pages read."""
