"""Accounts of citizens: signing in by a mailed code, a passkey or another server; what they hold, export, erasing."""
