"""The mailbox: mails become reports, answers to reports, or are set aside with a reason."""
