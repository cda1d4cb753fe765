"""A strict local Bot API, with the people who write to the bot."""
