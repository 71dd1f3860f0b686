"""The server of `fcfi annotate`: HTTP in front of a project."""
