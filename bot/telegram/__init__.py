"""The Bot API: the way in of updates, and the way out of messages."""
