"""`hh-bridge` for a Telegram that takes a thousand messages a second, also to one chat.

The real one takes 30 of a bot and one to a chat; a load run would only measure the waiting for that.
"""

from __future__ import annotations

import sys

from bot.cli import main
from bot.worker.services import Timing

if __name__ == "__main__":
    sys.exit(main(timing=Timing(message=1 / 1000, chat=1 / 1000)))
