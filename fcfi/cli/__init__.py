"""The command line: a module for each group of commands, all registered on one `app`.

The commands contain no logic of their own and import what they need when they run: `fcfi --help`
loads no runtime, and only `train`, `export` and `import` load torch.
"""

from fcfi.cli import annotate, bulk, evaluate, networks, project, segment, serve, training
from fcfi.cli.app import app, main
from fcfi.errors import DEBUG_VARIABLE

__all__ = [
    "DEBUG_VARIABLE",
    "annotate",
    "app",
    "bulk",
    "evaluate",
    "main",
    "networks",
    "project",
    "segment",
    "serve",
    "training",
]
