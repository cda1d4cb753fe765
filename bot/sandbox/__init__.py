"""A local hh.ru and a local Telegram to try the bridge with."""
