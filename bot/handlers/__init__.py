"""What follows from an update: every behaviour of the chat, one module each (see `registry`)."""
