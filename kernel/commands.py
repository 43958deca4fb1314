"""What the words of the `plaza` command share: the application when they need it, and refusals as plain sentences."""

import sys
from importlib import import_module
from typing import Any


def app() -> Any:
    """The whole application: only where it is needed."""
    return import_module("kernel.app").create_app()


def safely(verb: Any) -> Any:
    """What `verb()` gives; a refusal ends the program with its sentence."""
    try:
        return verb()
    except import_module("kernel.refusal").Refusal as refused:
        sys.exit(str(refused))
