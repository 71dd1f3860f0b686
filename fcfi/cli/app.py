"""The program `fcfi` without its commands; the only module that turns errors into exit codes.

Exit codes: 0 success; 2 a mistake that the user can correct (every FCFIError, every wrong option,
too little memory); 1 a fault of fcfi.  An error is one line on stderr; with FCFI_DEBUG=1 the debug
log and the traceback of a fault follow.  Results go to stdout, progress and errors to stderr.
"""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any, Final

import typer

from fcfi.errors import DEBUG_VARIABLE, FCFIError, is_debugging

NO_MEMORY: Final = "there is not enough memory: close other programs, or give smaller pictures"
DONE, OUR_FAULT, YOUR_MISTAKE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="fcfi",
    help="Cut objects out of photographs with a few clicks.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(
    arguments: Sequence[str] | None = None, program: typer.Typer = app, name: str = "fcfi"
) -> int:
    """Run one command and return its exit code.

    arguments: by default the process's.
    program, name: another set of commands, as the benchmarks have, and its name.
    """
    _show_everything()
    try:
        code = program(args=arguments, prog_name=name, standalone_mode=False)
        if code == INTERRUPTED:  # Typer returns this for Ctrl+C, without a word
            return _report("stopped", INTERRUPTED)
        return code if isinstance(code, int) else DONE
    except FCFIError as error:
        return _report(str(error), YOUR_MISTAKE)
    except MemoryError:
        return _report(NO_MEMORY, YOUR_MISTAKE)
    except (KeyboardInterrupt, typer.Abort):
        return _report("stopped", INTERRUPTED)
    except BrokenPipeError:
        # The pipe is closed, as in `fcfi networks | head`; flushing stdout at exit would fail.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, closed at exit
        return OUR_FAULT
    except Exception as error:
        if _is_usage(error):
            return _report(f"{_usage(error)}; see `{name} --help`", YOUR_MISTAKE)
        return _our_fault(error)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Cut objects out of photographs with a few clicks."""
    if version:
        from fcfi import __version__

        typer.echo(f"fcfi {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _report(message: str, code: int) -> int:
    """Print a message as one line on stderr and return the exit code."""
    print(f"error: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
    return code


def _show_everything() -> None:
    """Let the console print any text, and the debug log if it is requested."""
    for stream in (sys.stdout, sys.stderr):
        # File names may hold bytes that no encoding can write.
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
    if is_debugging():
        logging.basicConfig(stream=sys.stderr)
        logging.getLogger("fcfi").setLevel(logging.DEBUG)


def _our_fault(error: Exception) -> int:
    if is_debugging():
        traceback.print_exc()
        return OUR_FAULT
    message = f"something went wrong inside fcfi ({type(error).__name__}: {error})"
    return _report(
        f"{message}; run again with {DEBUG_VARIABLE}=1 to see where, and please report it",
        OUR_FAULT,
    )


def _usage(error: Any) -> str:
    """Return the message of the option parser, without the full stop at its end."""
    return str(error.format_message()).rstrip(".")


def _is_usage(error: Exception) -> bool:
    """Return whether the error is the option parser's."""
    # Some releases of Typer have their own classes, so the methods are compared instead.
    return hasattr(error, "format_message") and hasattr(error, "exit_code")
