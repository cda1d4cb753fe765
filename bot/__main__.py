"""`python -m bot` is `hh-bridge`."""

import sys

from bot.cli import main

sys.exit(main())
