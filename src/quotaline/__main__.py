"""``python -m quotaline``: the same command where there is no POSIX shell."""

import sys

from quotaline.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
