"""`python -m fcfi`: the command line, also for launchers that want a module (torchrun -m fcfi train RECIPE)."""

import sys

from fcfi.cli import main

if __name__ == "__main__":
    sys.exit(main())
