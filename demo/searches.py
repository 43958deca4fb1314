"""Searches of the demo: what people typed in the last two weeks, and what the owner has already explained."""

from datetime import timedelta
from pathlib import Path
from random import Random

import yaml

from demo import world
from demo.world import Told
from kernel import clock, tenancy
from shop import search, searches, synonyms
from shop.searches import Asked

SEARCHES = Path(__file__).parent / "searches.yaml"
DAYS = 14


def write(shop: Told) -> None:
    """Let them have been typed, on more days the more often; and keep what words mean besides."""
    told = yaml.load(SEARCHES.read_bytes(), world.QUICK)[world.slug(shop)]
    spoken, die = tenancy.tenant().language, Random(world.slug(shop))
    for word, meaning in told["means"].items():
        if search.look(meaning, spoken).how == "whole":
            synonyms.keep(word, meaning, by=None)
    today = clock.today(tenancy.tenant().timezone)
    asked = []
    for words, times in {**told["words"], **dict.fromkeys(told["means"], 4)}.items():
        found = search.look(words, spoken)
        many = len(found.ids) if found.how in {"whole", "near"} else 0
        days = [today - timedelta(days=die.randrange(DAYS)) for _time in range(times)]
        asked += [Asked(day, searches.plain(words), many) for day in sorted(days)]
    searches.write(asked)
