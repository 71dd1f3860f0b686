"""`fcfi networks`: what comes with the package."""

from fcfi.cli.app import app
from fcfi.cli.show import console


@app.command(epilog="Example: fcfi networks")
def networks() -> None:
    """List the networks that come with fcfi."""
    from rich.table import Table

    from fcfi.weights import shipped

    table = Table("name", "variant", "MB", "licence", "trained on")
    for entry in shipped():
        table.add_row(entry.name, entry.variant, f"{entry.bytes / 1e6:.1f}", entry.licence, entry.data)
    console().print(table)
