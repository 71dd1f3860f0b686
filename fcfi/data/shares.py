"""Shares: recipe values from 0 to 1, declared by their type."""

from typing import Annotated, Any, get_type_hints

from fcfi.errors import ConfigError

Share = Annotated[float, "from 0 to 1"]
"""The type of a recipe's key that must lie from 0 to 1: a chance, or part of something."""


def check_shares(section: str, config: Any) -> None:
    """Raise ConfigError unless all shares in a dataclass are from 0 to 1.

    section: name of the recipe's section, for the message.
    """
    for name, hint in get_type_hints(type(config), include_extras=True).items():
        value = getattr(config, name)
        if hint == Share:
            shares = {name: value}
        elif hint == dict[str, Share]:
            shares = {f"{name}.{key}": share for key, share in value.items()}
        else:
            continue
        for key, share in shares.items():
            if not 0 <= share <= 1:
                raise ConfigError(
                    f"expected {section}.{key} from 0 to 1, got {share}: it is a chance or a share"
                )
