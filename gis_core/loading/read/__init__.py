"""Files of every format but GML as batches of columns."""
