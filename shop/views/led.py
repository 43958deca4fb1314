"""By which campaign somebody came: the word in the link that led them here, kept with their session for a week."""

import re
import time
from urllib.parse import parse_qs

from flask import Flask, Response, request, session

from kernel import origins
from shop.orders import LED_DAYS
from shop.views import visitor

KEY = "campaign"
WORD = re.compile(r"[\w.-]{1,60}")
DAY = 86_400


def keep(response: Response) -> Response:
    """Remember the campaign of a link; the last one counts, and who only loads ahead came by none."""
    if origins.place() is None or request.method != "GET" or response.status_code != 200:
        return response
    asked = str(request.environ.get("plaza.query") or request.environ.get("QUERY_STRING", ""))  # as it came
    word = parse_qs(asked[:4000], max_num_fields=50).get("utm_campaign", [""])[0] if "utm_campaign" in asked else ""
    if not WORD.fullmatch(word) or visitor.prefetched(lambda name: request.headers.get(name, "")):
        return response
    known, at = _kept()
    if known != word or time.time() - at > DAY:
        session[KEY] = [word, int(time.time())]
    return response


def campaign() -> str:
    """The campaign that led here in the last days, or ''."""
    word, at = _kept()
    return word if time.time() - at < LED_DAYS * DAY else ""


def _kept() -> tuple[str, int]:
    kept = session.get(KEY)
    return (str(kept[0]), int(kept[1])) if isinstance(kept, list) and len(kept) == 2 else ("", 0)


def init_app(app: Flask) -> None:
    """Look at every page of a shop."""
    app.after_request(keep)
