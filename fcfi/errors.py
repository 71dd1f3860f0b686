"""The errors of fcfi: one tree, so that a caller can catch all of them or one kind.

    FCFIError
    ├── InputError      a picture, mask or click that cannot be used
    │   ├── PictureError    a picture of a project that vanished, changed or is damaged
    │   ├── NotFound        something that a project does not have
    │   └── Conflict        a change that came too late: somebody else was faster
    ├── StoreError      a project's store that cannot be read or written
    ├── NetworkError    a network file, checkpoint or runtime that cannot be used
    ├── DatasetError    a data set that is missing, empty or malformed
    ├── ConfigError     a recipe, option or setting that cannot be used
    └── DivergedError   a training run whose loss is not a number any more

Every message says what came, what is accepted and what to do.  The command line prints it on one
line and exits with 2.
"""


def how_to_install(extra: str) -> str:
    """What to type for an optional part of the package, which is installed from its own folder."""
    return f"pip install '.[{extra}]' in the folder of fcfi's README"


class FCFIError(Exception):
    """A mistake that the person at the keyboard can mend; the message says how."""


class InputError(FCFIError):
    """A picture, mask or click that cannot be used."""


class PictureError(InputError):
    """A picture of a project that vanished, changed or is damaged."""


class NotFound(InputError):  # noqa: N818, what a person calls it
    """Something that a project does not have."""


class Conflict(InputError):  # noqa: N818
    """A change that came too late: somebody else was faster."""


class StoreError(FCFIError):
    """A project's store that cannot be read or written."""


class NetworkError(FCFIError):
    """A network file, checkpoint or runtime that cannot be used."""


class DatasetError(FCFIError):
    """A data set that is missing, empty or malformed."""


class ConfigError(FCFIError):
    """A recipe, option or setting that cannot be used."""


class DivergedError(FCFIError):
    """A training run whose loss is not a number any more."""
