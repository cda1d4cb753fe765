"""The outside world Telegram: ingress on raw JSON, deliveries through the bot library."""

import os

# python-telegram-bot 22.8 warns of the coming type of its periods, wherever one is read, unless it is chosen.
os.environ.setdefault("PTB_TIMEDELTA", "1")
