"""`python -m fcfi`: the command line, also for module launchers (torchrun -m fcfi train)."""

import sys

from fcfi.cli import main

if __name__ == "__main__":
    sys.exit(main())
