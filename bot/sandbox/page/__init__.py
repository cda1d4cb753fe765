"""The sandbox's one page: phones with a local Telegram, and the employers' console beside them."""
