"""Everything an install can be told, from environment variables, with default and meaning."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kernel import atomic
from kernel.late import Late

flask = Late("flask")  # the parent of the web processes reads its settings and answers nothing
ROOT = Path(__file__).resolve().parent.parent
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
DATABASES = {"sqlite", "postgresql", "postgresql+psycopg"}


class Wrong(ValueError):
    """A setting says what cannot be: a sentence for whoever runs the install."""


@dataclass(frozen=True)
class Settings:
    """The settings of one install; each field is `PLAZA_` + its name in capitals."""

    url: str = "http://localhost:8000"  # scheme and host of the install; shops live below its host
    proxies: int = 0  # how many proxies in front are trusted to say who called
    database_url: str = ""  # none: SQLite in instance/
    web_processes: int = 1  # how many answer pages, two threads each: with PostgreSQL, as many as there are processors
    redis_url: str = ""  # none: rate limits are counted in the database
    smtp_url: str = ""  # smtp[s]://user:password@host:port; none: letters are captured, readable in the back office
    smtp_connections: int = 10  # how many at once, for each worker
    smtp_rate: int = 0  # letters a minute that the relay may be given, all workers together; 0: as many as it takes
    smtp_domain_rate: int = 0  # the same for the mailboxes of one domain
    dkim_key: str = field(default="", repr=False)  # an RSA key as PEM, or a file with it; none: the relay signs
    dkim_selector: str = "plaza"  # where its public half is published: <selector>._domainkey.<mail host>
    mail_host: str = ""  # domain of the sender addresses; none: the install's host
    bounces: str = ""  # an mbox file or a Maildir into which letters come back; none: only what servers answer at once
    nameserver: str = ""  # host[:port] that is asked whose a shop's own domain is; none: the machine's own
    media_url: str = ""  # file:///srv/plaza-media: a folder of its own for what is uploaded; none: instance/media
    secret_key: str = field(default="", repr=False)  # none: made in instance/ on the first run
    instance: Path = ROOT / "instance"  # database, uploads, captured mail, secrets
    stripe_api_base: str = ""  # where cards are asked (http://127.0.0.1:8110 for the fake one); none: Stripe's own
    metrics: bool = False  # answer /metrics

    @property
    def host(self) -> str:
        """Host and port of the install, as browsers send it."""
        return urlsplit(self.url).netloc.lower()

    @property
    def scheme(self) -> str:
        """http or https."""
        return urlsplit(self.url).scheme

    @property
    def secure(self) -> bool:
        """Whether the public address is https: decides cookie names and flags."""
        return self.scheme == "https"

    @property
    def media(self) -> Path:
        """The folder of what was uploaded."""
        return Path(unquote(urlsplit(self.media_url).path)) if self.media_url else self.instance / "media"

    @property
    def port(self) -> int:
        """The port of the public address."""
        return urlsplit(self.url).port or (443 if self.secure else 80)


def _value(name: str, raw: str, kind: object) -> object:
    if kind is int:
        if not raw.isdecimal():
            raise Wrong(f"{name} is a whole number, not {raw}")
        return int(raw)
    if kind is bool:
        if raw.lower() not in YES | NO:
            raise Wrong(f"{name} is yes or no, not {raw}")
        return raw.lower() in YES
    return Path(raw) if kind is Path else raw


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `env` (default: the process's environment)."""
    return complete(given(env))


def given(env: Mapping[str, str] | None = None) -> Settings:
    """What was said, without making what is missing."""
    source = os.environ if env is None else env
    told = {}
    for name, kind in Settings.__annotations__.items():
        full = f"PLAZA_{name.upper()}"
        if raw := source.get(full, ""):
            told[name] = _value(full, raw, kind)
    known = Settings(**told)  # type: ignore[arg-type]
    _check_url(known.url)
    _check_database(known.database_url)
    _check_media(known.media_url)
    _check_relay(known.smtp_url)
    return known


def complete(settings: Settings) -> Settings:
    """Fill what depends on the instance folder: the database's place and the secret."""
    values = dict(settings.__dict__)
    settings.instance.mkdir(parents=True, exist_ok=True)
    values["url"] = settings.url.rstrip("/")
    values["database_url"] = settings.database_url or f"sqlite:///{settings.instance / 'plaza.db'}"
    values["secret_key"] = settings.secret_key or _secret(settings.instance / "secret.key")
    return Settings(**values)


def _check_url(url: str) -> None:
    told = urlsplit(url.rstrip("/"))
    if told.scheme not in ("http", "https") or not told.hostname or told.path or told.query:
        raise Wrong(f"PLAZA_URL is scheme and host, such as https://shops.example.com, not {url}")


def _check_database(url: str) -> None:
    if url and url.partition("://")[0] not in DATABASES:  # what comes after it may be a password
        raise Wrong("PLAZA_DATABASE_URL begins with postgresql+psycopg:// or sqlite:///")


def _check_media(url: str) -> None:
    told = urlsplit(url)
    whole = told.path.startswith("/") and told.path.strip("/")
    if url and (told.scheme != "file" or told.netloc not in ("", "localhost") or not whole):
        raise Wrong(f"PLAZA_MEDIA_URL is file:// and a whole path, such as file:///srv/plaza-media, not {url}")


def _check_relay(url: str) -> None:
    if url and not (urlsplit(url).scheme in ("smtp", "smtps") and urlsplit(url).hostname):
        raise Wrong("PLAZA_SMTP_URL is smtp[s]://user:password@host:port")


def _secret(path: Path) -> str:
    if not path.exists():
        atomic.create(path, secrets.token_hex(32).encode())  # web and worker may start at once
    return path.read_text().strip()


def current() -> Settings:
    """The settings of the running application."""
    return flask.current_app.extensions["plaza.settings"]  # type: ignore[no-any-return]
