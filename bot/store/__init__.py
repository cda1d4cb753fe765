"""Redis: every key, every script, every record."""
