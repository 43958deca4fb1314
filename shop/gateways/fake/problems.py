"""What the fake refuses, with the bodies that Stripe sends."""

from typing import Any


class Problem(Exception):
    """An error answer; `kept` says whether the idempotency key remembers it (the endpoint had begun to work)."""

    def __init__(self, status: int, kind: str, message: str, **told: Any) -> None:
        super().__init__(message)
        self.status, self.kept = status, bool(told.pop("kept", False))
        self.body = {"error": {"type": kind, "message": message, **told}}


def invalid(message: str, **told: Any) -> Problem:
    """A request that makes no sense."""
    return Problem(400, "invalid_request_error", message, **told)


def missing_param(name: str) -> Problem:
    """A parameter without which nothing works."""
    return invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)


def unknown_param(name: str) -> Problem:
    """A parameter that the endpoint does not have."""
    return invalid(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def no_such(kind: str, known_as: str) -> Problem:
    """A thing that this account does not have."""
    return Problem(
        404, "invalid_request_error", f"No such {kind}: '{known_as}'", code="resource_missing", param="id"
    )  # fmt: skip


def no_key(key: str) -> Problem:
    """A secret key that opens nothing; only its ends are repeated."""
    if not key:
        return Problem(401, "invalid_request_error", "You did not provide an API key.")
    shown = f"{key[:8]}****{key[-4:]}" if len(key) > 16 else "****"
    return Problem(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def too_many() -> Problem:
    """Slow down."""
    return Problem(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit")


def broken() -> Problem:
    """Something went wrong at the other end."""
    return Problem(500, "api_error", "An unknown error occurred.", kept=True)


def other_request(key: str) -> Problem:
    """The same key for something else."""
    return Problem(
        400, "idempotency_error",
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
    )  # fmt: skip
