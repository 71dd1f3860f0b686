"""`fcfi serve`: a server that answers the clicks of other annotation tools."""

from pathlib import Path
from typing import Annotated, Final

import typer

from fcfi.cli.annotate import LEAST_MEMORY, note_other_port, parse_labels
from fcfi.cli.app import app
from fcfi.cli.options import Network, Precision, Runtime, Threads, warnings_as_notes
from fcfi.errors import ConfigError
from fcfi.files import MEBIBYTE

PORT: Final = 9090
PICTURE_SHARE: Final = 2 / 3
"""The pictures' share of the memory; the rest is for predictions."""
EXAMPLES: Final = """Example: fcfi serve --for label-studio --root photos/

Pictures on Label Studio's own server: \
fcfi serve --tool-server http://127.0.0.1:8080 --tool-token TOKEN

A labelling configuration for Label Studio: fcfi serve --print-config cup,dog

For CVAT in containers: fcfi serve --for cvat --host 0.0.0.0 --allow-host host.docker.internal
"""


@app.command(epilog=EXAMPLES)
def serve(
    for_: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="TOOL,...",
            help="label-studio, cvat, x-anylabeling, qupath, osam; all by default.",
        ),
    ] = "",
    host: Annotated[
        str, typer.Option(help="Address to listen on; a token guards all but this machine's own.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The next free one is taken if it is in use.")
    ] = PORT,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Another host name by which tools reach this server."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            help="The token that requests must carry: as bearer, as a Basic password or in a "
            "header."
        ),
    ] = None,
    token_header: Annotated[
        str, typer.Option(metavar="NAME", help="The header that may carry the token.")
    ] = "Token",
    root: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder of the tool's local files, read directly."),
    ] = None,
    tool_server: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The tool's server, to fetch pictures from."),
    ] = None,
    tool_token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            help="A token for that server; it is sent to no other.",
            envvar="FCFI_TOOL_TOKEN",
        ),
    ] = None,
    print_config: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="Print a labelling configuration for Label Studio with these labels.",
        ),
    ] = None,
    network: Network = None,
    runtime: Runtime = "auto",
    precision: Precision = "auto",
    threads: Threads = None,
    memory: Annotated[
        int,
        typer.Option(metavar="MB", min=LEAST_MEMORY, help="Memory for pictures and predictions."),
    ] = 768,
) -> None:
    """Answer the clicks made in Label Studio, CVAT, X-AnyLabeling or QuPath; nothing is stored."""
    from fcfi.serving.faces import FACES, label_studio

    if print_config is not None:
        typer.echo(label_studio.config(parse_labels(print_config)), nl=False)
        return
    faces = tuple(name.strip() for name in for_.split(",")) if for_ else tuple(FACES)
    unknown = [name for name in faces if name not in FACES]
    if unknown:
        raise ConfigError(
            f"expected --for with names of {', '.join(FACES)}, got {unknown[0]!r}: leave it out "
            "to serve all"
        )
    if root is not None and not root.is_dir():
        raise ConfigError(f"expected --root to be a folder, got {root}")
    from fcfi.runtimes.choice import RunRequest
    from fcfi.segmenter import open_lazily, plan_run
    from fcfi.server import serve as running
    from fcfi.server.settings import Settings
    from fcfi.serving.app import BODY_BYTES, create_app
    from fcfi.serving.pictures import ToolServer
    from fcfi.serving.prompted import Prompted

    tool = ToolServer(tool_server, tool_token, root)
    with warnings_as_notes():
        chosen = plan_run(network, RunRequest(runtime, precision, threads))
    secret = token or running.new_token(host, allow_host or ())
    with running.listen(host, port) as listening:
        used = listening.getsockname()[1]
        settings = Settings(
            host=host,
            port=used,
            token=secret,
            json_bytes=BODY_BYTES,
            token_header=token_header,
            allow_hosts=tuple(allow_host or ()),
            opened_with="fcfi serve",
        )
        predictor = open_lazily(chosen)
        kept = memory * MEBIBYTE
        pictures = int(kept * PICTURE_SHARE)
        prompted = Prompted(predictor, pictures, kept - pictures)
        note_other_port(port, used)
        typer.echo(f"For:     {', '.join(FACES[name].title for name in faces)}")
        typer.echo(f"Address: {running.url(host, used, None)}")
        if secret:
            typer.echo(f"Token:   {secret}")
        typer.echo("Stop:    Ctrl+C")
        app_ = create_app(prompted, settings, lambda: predictor.status, faces, tool)
        running.run(app_, listening)
