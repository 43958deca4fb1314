"""Late: libraries that only some processes need, imported when something of them is first asked for.

Alembic, cryptography and the like take a sixth of a web process's memory, and most of them never serve a page.
"""

from importlib import import_module
from typing import Any


class Late:
    """Stands for a module until it is needed: `fernet = Late("cryptography.fernet")`, then `fernet.Fernet(key)`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
