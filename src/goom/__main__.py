"""``python -m goom``."""

import sys

from goom.cli.main import main

sys.exit(main())
