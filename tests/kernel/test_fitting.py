"""Fitting blocks: the first variant that fits is shown, else the block's own words; what does not fit is not there."""

from kernel import blocks

OWN = {"id": "a", "kind": "hero", "data": {"title": "own"}}


def fits(*true, today="2026-11-26"):
    """Means these rules; dates as the tenant counts them."""
    return lambda rule, first, last: (
        (rule is None or rule in true) and (not first or first <= today) and (not last or today <= last)
    )


def variant(name, **more):
    return {"id": name, "data": {"title": name}, **more}


def shown(block, *true):
    return [one["data"]["title"] for one in blocks.chosen([block], fits(*true))]


def test_a_plain_block_is_as_it_is():
    assert blocks.chosen([OWN], fits()) == [OWN]
    assert blocks.choices([OWN], fits()) == ()


def test_the_first_fitting_variant_wins_and_none_falls_back():
    block = {**OWN, "variants": [variant("cr", audience={"country": "CR"}), variant("en", audience={"language": "en"})]}
    assert shown(block, {"country": "CR"}, {"language": "en"}) == ["cr"]
    assert shown(block, {"language": "en"}) == ["en"]
    assert shown(block) == ["own"]


def test_a_block_for_others_hides_its_variants_too():
    block = {**OWN, "audience": {"tag": "vip"}, "variants": [variant("any")]}
    assert shown(block) == []
    assert shown(block, {"tag": "vip"}) == ["any"]


def test_dates_are_both_inside():
    assert shown({**OWN, "from": "2026-11-26", "until": "2026-11-26"}) == ["own"]
    assert shown({**OWN, "from": "2026-11-27"}) == shown({**OWN, "until": "2026-11-25"}) == []
    assert shown({**OWN, "variants": [variant("later", **{"from": "2026-12-01"}), variant("now", until="2026-11-30")]}) == ["now"]  # fmt: skip


def test_the_same_choices_make_the_same_page_and_name_the_rule():
    rule = {"country": "CR"}
    page = [OWN, {**OWN, "id": "b", "audience": rule}, {**OWN, "id": "c", "variants": [variant("x", audience=rule)]}]
    assert blocks.choices(page, fits()) == (blocks.HIDDEN, blocks.OWN)
    assert blocks.choices(page, fits(rule)) == (blocks.OWN, 1)
    assert blocks.taken(page, (blocks.OWN, 1)) == blocks.chosen(page, fits(rule))
    assert [one.get("rule") for one in blocks.chosen(page, fits(rule))] == [None, rule, rule]
