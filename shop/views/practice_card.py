"""The practice card's own page, on the shop's host as long as the shop practises."""

from flask import Flask, Response, abort, request

from kernel import tenancy
from shop.gateways import practice_card
from shop.views import store


@store.get(f"{practice_card.PATH}/pay/<session>", endpoint="practice_page")
def show(session: str) -> Response:
    """What is paid, and what the card should do."""
    return _shown(f"/pay/{session}")


@store.get(f"{practice_card.PATH}/pay.css", endpoint="practice_style")
def style() -> Response:
    """How it looks."""
    return _shown("/pay.css")


@store.post(f"{practice_card.PATH}/pay/<session>", endpoint="practice_pay")
def pay(session: str) -> Response:
    """The card does what was chosen, and tells us at once."""
    answer = _shown(f"/pay/{session}", dict(request.form))
    if answer.status_code in {303, 402}:
        practice_card.hear()
    return answer


def _shown(path: str, form: dict[str, str] | None = None) -> Response:
    if not tenancy.tenant().practice:
        abort(404)
    made = practice_card.shown(path, form)
    return Response(made.get_data(), made.status_code, list(made.headers))


def init_app(app: Flask) -> None:
    """Practice orders are asked of our own double."""
    practice_card.init_app(app)
