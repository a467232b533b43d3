"""Reports that staff enter: by telephone, at the counter, from letters and from mails that were set aside."""
