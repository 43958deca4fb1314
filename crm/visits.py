"""Visits: somebody comes into the shop from elsewhere; counted by day and by where from, without knowing anybody."""

import re
from urllib.parse import parse_qs, urlsplit

from crm import watching

DIRECT, OTHER = "direct", "other"
HOSTS = {  # the end of a referrer's host, or what a link says of itself in utm_source
    "instagram": ("instagram.com", "ig"),
    "facebook": ("facebook.com", "fb.com", "fb.me", "fb"),
    "whatsapp": ("whatsapp.com", "wa.me", "wa"),
    "tiktok": ("tiktok.com",),
    "youtube": ("youtube.com", "youtu.be"),
    "x": ("twitter.com", "t.co", "x.com"),
    "pinterest": ("pinterest.com", "pin.it"),
    "google": ("google.com", "googleapis.com"),
    "bing": ("bing.com",),
    "duckduckgo": ("duckduckgo.com",),
    "letter": ("email", "e-mail", "mail", "correo", "newsletter"),
}
LONGEST = 80


def said(query: str) -> str:
    """What a link says of itself in utm_source, as far as it is a plain word."""
    told = parse_qs(query[:4000], max_num_fields=50).get("utm_source", [""]) if "utm_source" in query else [""]
    return re.sub(r"[^\w.\- ]", "", told[0].strip().lower())[:LONGEST]


def source(query: str, referrer: str) -> str:
    """Where an arrival comes from: what the link says, else the house that sent it, else "" (typed, or kept secret)."""
    word = said(query)
    return word or _house(_host(referrer))


def counted(word: str) -> str:
    """The same as one of few words: counters have room for no others."""
    if not word:
        return DIRECT
    return word if word in HOSTS else next((name for name, ends in HOSTS.items() if word in ends), OTHER)


def come(word: str) -> None:
    """Count an arrival into its day."""
    watching.see("visited", about=(counted(word), 0))


def _host(referrer: str) -> str:
    try:
        return (urlsplit(referrer).hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("l.")
    except ValueError:
        return ""


def _house(host: str) -> str:
    """The word of a well-known house, else its host."""
    for name, ends in HOSTS.items():
        if any(host == end or host.endswith(f".{end}") for end in ends if "." in end):
            return name
    google = host.split(".")[0] == "google" or ".google." in f".{host}."  # of any country
    return "google" if google else host[:LONGEST]
