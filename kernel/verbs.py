"""Verbs of jobs: which name stands for which, what comes again and again, and how what was written for one is read."""

from collections.abc import Callable, Sequence
from functools import partial
from inspect import signature
from typing import Any, TypeVar

Verb = TypeVar("Verb", bound=Callable[..., Any])

_verbs: dict[str, Callable[..., Any]] = {}
_formers: dict[str, Callable[..., Sequence[Any]]] = {}
_every: dict[str, float] = {}


class OtherVersion(Exception):
    """Another version of Plaza wrote this work, and this one cannot read it; it waits as whatever fails."""


def job(name: str, *, former: Callable[..., Sequence[Any]] | None = None) -> Callable[[Verb], Verb]:
    """Register a verb under a name; it runs at least once, so it must bear repetition.

    `former`: takes what it was told before it took other arguments, and gives what it takes now: such work may wait.
    """

    def register(verb: Verb) -> Verb:
        _verbs[name] = verb
        if former is not None:
            _formers[name] = former
        return verb

    return register


def known(name: str) -> None:
    """Raise LookupError when no verb has that name."""
    if name not in _verbs:
        raise LookupError(f"no job is called {name}")


def every(name: str, *, seconds: float) -> None:
    """Have a registered verb run again and again, without a tenant."""
    _every[name] = seconds


def periodic() -> list[tuple[str, float, Callable[..., Any]]]:
    """(name, seconds, verb) of what runs again and again."""
    return [(name, seconds, _verbs[name]) for name, seconds in _every.items()]


def told(name: str, args: Sequence[Any]) -> Callable[[], Any]:
    """The verb of that name with what was written for it; raises OtherVersion."""
    verb, former = _verbs.get(name), _formers.get(name)
    if verb is None:
        raise OtherVersion(f"no work of this version is called {name}")
    if former is not None and not _takes(verb, args) and _takes(former, args):
        args = former(*args)
    if not _takes(verb, args):
        takes = ", ".join(signature(verb).parameters)
        raise OtherVersion(f"{name} takes ({takes}), not the {len(args)} values that another version of Plaza wrote")
    return partial(verb, *args)


def _takes(verb: Callable[..., Any], args: Sequence[Any]) -> bool:
    try:
        signature(verb).bind(*args)
    except TypeError:
        return False
    return True
