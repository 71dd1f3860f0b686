"""fcfi: cut objects out of pictures with a few clicks."""

__version__ = "0.1.0"
