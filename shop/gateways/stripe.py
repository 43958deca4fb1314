"""Stripe: the few questions that we ask its API, each with a time limit, and its errors in our words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from kernel import settings
from kernel.i18n import _l
from kernel.refusal import Refusal

if TYPE_CHECKING:
    from stripe import HTTPClient, StripeClient

LIMIT = (3.05, 12.0)  # seconds to connect, to answer
SHORT = (2.0, 4.0)  # while a buyer waits for something else
RETRIES = 2
PAGE = 100
TOLERANCE = 300  # seconds that a signature lives
PRACTICE = "practice"


@cache
def sdk() -> Any:
    """Stripe's library: 25 MB that only processes that ask a card question take."""
    import stripe

    stripe.enable_telemetry = False
    return stripe


@dataclass(frozen=True)
class Access:
    """Whose Stripe account is asked, in which mode (live, test, practice)."""

    mode: str
    secret: str = field(repr=False)
    hook_secret: str = field(default="", repr=False)


class Away(Refusal):
    """Stripe does not answer, or not now; the same question can be asked again."""

    message = _l("The card service does not answer at the moment. Try again in a minute, or choose another way to pay.")
    status = 503

    def __init__(self, *, answered: bool = False) -> None:
        self.answered = answered  # with an error of its own, which its key may repeat for a day
        super().__init__()


class WrongKey(Refusal):
    """Stripe does not know the key, or it may not do this."""

    message = _l("Stripe does not accept this key. Copy it again from Stripe: Developers, API keys.")


class Rejected(Refusal):
    """Stripe looked at the question and says no; asking again does not help."""

    message = _l("The card service could not do this.")

    def __init__(self, code: str, told: str) -> None:
        self.code, self.told = code, told
        super().__init__()

    @property
    def unknown(self) -> bool:
        """Whether Stripe does not know what was asked about: another account's, or test data that was deleted."""
        return self.code == "resource_missing"


class Declined(Rejected):
    """A card that was charged while its owner is away said no; `intent` is the payment that came to nothing."""

    def __init__(self, code: str, told: str, intent: dict[str, Any]) -> None:
        self.intent = intent
        super().__init__(code, told)


_practice: list[Callable[[], "HTTPClient"]] = []  # how practice mode reaches our own copy of Stripe


def practise(transport: Callable[[], "HTTPClient"]) -> None:
    """Have practice orders asked through `transport()`."""
    _practice[:] = [transport]


def _client(access: Access, limit: tuple[float, float], retries: int) -> "StripeClient":
    told: dict[str, Any] = {"max_network_retries": retries}
    base = settings.current().stripe_api_base
    if access.mode == PRACTICE:
        if not _practice:
            raise Away()
        told["http_client"] = _practice[0]()
    else:
        told["http_client"] = sdk().RequestsClient(timeout=limit)
        if base:
            told["base_addresses"] = {"api": base.rstrip("/")}
    client: StripeClient = sdk().StripeClient(access.secret, **told)
    return client


@contextmanager
def _told() -> Iterator[None]:
    """Stripe's errors in our words; no key and no body of theirs goes further."""
    try:
        yield
    except (sdk().AuthenticationError, sdk().PermissionError) as error:
        raise WrongKey() from _quiet(error)
    except (sdk().RateLimitError, sdk().APIConnectionError) as error:
        raise Away() from _quiet(error)
    except sdk().CardError as error:
        told = (error.json_body or {}).get("error") or {}
        code = str(told.get("decline_code") or error.code or "card_declined")
        raise Declined(code, "", dict(told.get("payment_intent") or {})) from _quiet(error)
    except sdk().StripeError as error:
        if (error.http_status or 500) >= 500 or error.http_status in {409, 429}:
            raise Away(answered=error.http_status not in {409, 429}) from _quiet(error)
        raise Rejected(error.code or type(error).__name__, str(error.user_message or "")[:300]) from _quiet(error)


def _quiet(error: Any) -> Exception:
    """What may stand in a log: kind, status and number of the request."""
    return RuntimeError(f"{type(error).__name__} {error.http_status} {error.code} {error.request_id}")


def ask(
    access: Access,
    question: Callable[[Any], Any],
    *,
    limit: tuple[float, float] = LIMIT,
    retries: int = RETRIES,
) -> dict[str, Any]:
    """The answer to one question as a plain dictionary."""
    with _told():
        answer = question(_client(access, limit, retries).v1)
    return dict(answer.to_dict())


def account(access: Access) -> dict[str, Any]:
    """Who the key belongs to."""
    return ask(access, lambda v1: v1.accounts.retrieve_current())


def create_session(access: Access, params: Mapping[str, Any], key: str, *, hurry: bool = False) -> dict[str, Any]:
    """Make a Checkout Session; the same key gives the same one."""
    limit, retries = (SHORT, 0) if hurry else (LIMIT, RETRIES)
    return ask(
        access,
        lambda v1: v1.checkout.sessions.create(params=dict(params), options={"idempotency_key": key}),
        limit=limit,
        retries=retries,
    )


def session(access: Access, stripe_id: str) -> dict[str, Any]:
    """A Checkout Session as it stands now, with its payment: only that one knows of a declined card."""
    return ask(access, lambda v1: v1.checkout.sessions.retrieve(stripe_id, params={"expand": ["payment_intent"]}))


def expire_session(access: Access, stripe_id: str) -> dict[str, Any]:
    """End a session so that nobody can pay it; the session as it stands afterwards, paid when that was quicker."""
    try:
        return ask(access, lambda v1: v1.checkout.sessions.expire(stripe_id))
    except Rejected:  # it was not open any more
        return session(access, stripe_id)


def charge(access: Access, params: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Charge a saved card while its owner is away: the payment, also a declined one; the same key charges once."""
    try:
        return ask(
            access, lambda v1: v1.payment_intents.create(params=dict(params), options={"idempotency_key": key})
        )  # fmt: skip
    except Declined as no:
        return {"id": "", **no.intent, "status": "declined", "last_payment_error": {"decline_code": no.code}}


def charges_of(access: Access, customer: str) -> list[dict[str, Any]]:
    """The latest payments of one customer, whatever became of them."""
    params: Any = {"customer": customer, "limit": PAGE}
    return [dict(row) for row in ask(access, lambda v1: v1.payment_intents.list(params=params))["data"]]


def kept_card(access: Access, stripe_id: str) -> dict[str, Any]:
    """A Checkout Session with the card that was saved on it, below its payment_intent or its setup_intent."""
    wanted: Any = {"expand": ["payment_intent.payment_method", "setup_intent.payment_method"]}
    return ask(access, lambda v1: v1.checkout.sessions.retrieve(stripe_id, params=wanted))


def forget_card(access: Access, customer: str, method: str) -> None:
    """Take a card off its customer, and the customer, who has no other, out; what is not there is out already."""
    for known, question in (
        (method, lambda v1: v1.payment_methods.detach(method)),
        (customer, lambda v1: v1.customers.delete(customer)),
    ):
        with suppress(Rejected):
            ask(access, question) if known else None


def gone_back(access: Access, intent: str) -> list[dict[str, Any]]:
    """The refunds of one payment, made here or in Stripe."""
    params: Any = {"payment_intent": intent, "limit": PAGE}
    return [dict(row) for row in ask(access, lambda v1: v1.refunds.list(params=params))["data"]]


def create_refund(access: Access, params: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Give money back; the same key gives it once."""
    return ask(access, lambda v1: v1.refunds.create(params=dict(params), options={"idempotency_key": key}))


def events(access: Access, since: int, types: list[str]) -> list[dict[str, Any]]:
    """What happened since a moment, the first one first."""
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        params = {"created": {"gte": since}, "types": types, "limit": PAGE, **after}
        page = ask(access, partial(_events, params))
        rows = [dict(row) for row in page["data"]]
        found = rows[::-1] + found  # they come the newest first
        if not page.get("has_more") or not rows:
            found.sort(key=lambda row: int(row["created"]))
            return found
        after = {"starting_after": rows[-1]["id"]}


def _events(params: dict[str, Any], v1: Any) -> Any:
    return v1.events.list(params=params)


def signed(payload: bytes, signature: str, secret: str) -> bool:
    """Whether those very bytes were signed with that secret within the last five minutes."""
    try:
        return bool(sdk().WebhookSignature.verify_header(payload.decode("utf-8"), signature, secret, TOLERANCE))
    except (sdk().SignatureVerificationError, UnicodeDecodeError, ValueError):
        return False
