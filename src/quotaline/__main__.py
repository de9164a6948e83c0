"""``python -m quotaline``: the command on systems without a POSIX shell."""

import sys

from quotaline.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
