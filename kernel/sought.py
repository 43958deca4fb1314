"""Sought: rows are found by how their words begin; the database itself keeps the words: they are right whoever writes.

The words of a row are those of a text without accents and capitals, whole and in their parts (`ana.mora@example.com`,
`ana`, `mora`, `example`, `com`), and of digits every end of at least four, marked: any part of a telephone begins one.
An index over (tenant, word) finds what begins so. Row-level security lets an index answer a comparison, but nothing
that looks inside a text.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import Select, String, false, select, union_all

from kernel import ddl, tenancy
from kernel.folding import fold

LONGEST, ENDS = 80, 17  # signs of a word that are kept; ends of digits that are kept: a telephone has fifteen
WORD = String(LONGEST).with_variant(String(LONGEST, collation="C"), "postgresql")  # in the order of its bytes
END = "#"  # before what is no word by itself but the end of some digits
LAST = chr(0x10FFFF)  # behind whatever begins so
APART, NOTHING = '-._@+,;:()/&"#', "'’´`\u0300\u0301\u0302\u0303\u0308\u0327"
SIGNS = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿŸÆŒØªº"
PLAIN = {sign: fold(sign) for sign in SIGNS}
STEP = 15  # signs that are replaced in one step of SQLite's
KEPT: Mapping[str, Any] = {"info": {"derived": True}}  # of such a table: no backup needs it, it is made of others' rows


def declare(table: str, owner: str, texts: Mapping[str, str], columns: Iterable[str]) -> None:
    """Have `table` (tenant_id, <owner>_id, word) hold the words of every row of `owner`.

    `texts`: by database the SQL of a row's text, the row called {row}; `columns`: what it is made of.
    """
    into, names = f"INSERT INTO {table} (tenant_id, {owner}_id, word)", ", ".join(columns)
    moved = " OR ".join(f"NEW.{name} {{}} OLD.{name}" for name in names.split(", "))
    how = {"table": table, "owner": owner, "into": into, "columns": names}
    lite = {name: _of_sqlite(texts["sqlite"].format(row=name), name, owner) for name in ("NEW", "r")}
    full = {name: _of_postgresql(texts["postgresql"].format(row=name), name, owner) for name in ("NEW", "r")}
    differ = {"sqlite": moved.replace("{}", "IS NOT"), "postgresql": moved.replace("{}", "IS DISTINCT FROM")}
    ddl.declare(
        f"sought:{table}",
        sqlite=_filled(SQLITE, **how, moved=differ["sqlite"], **lite),
        postgresql=_filled(POSTGRESQL, **how, moved=differ["postgresql"], **full),
        table=table,
    )


def _filled(statements: Iterable[str], **values: str) -> tuple[str, ...]:
    return tuple(one.format(**values) for one in statements)


SQLITE = (
    "DROP TRIGGER IF EXISTS {table}_come",
    'CREATE TRIGGER {table}_come AFTER INSERT ON "{owner}" BEGIN {into} {NEW}; END',
    "DROP TRIGGER IF EXISTS {table}_move",
    (
        'CREATE TRIGGER {table}_move AFTER UPDATE OF {columns} ON "{owner}" WHEN {moved}'
        " BEGIN DELETE FROM {table} WHERE {owner}_id = OLD.id; {into} {NEW}; END"
    ),
    "DROP TRIGGER IF EXISTS {table}_go",
    'CREATE TRIGGER {table}_go BEFORE DELETE ON "{owner}" BEGIN DELETE FROM {table} WHERE {owner}_id = OLD.id; END',
    "{into} {r} AND NOT EXISTS (SELECT 1 FROM {table})",  # whoever was there before
)
POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP <> 'INSERT'"
        " THEN DELETE FROM {table} WHERE tenant_id = OLD.tenant_id AND {owner}_id = OLD.id; END IF;"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; {into} {NEW}; RETURN NEW; END $$"
    ),
    'DROP TRIGGER IF EXISTS {table}_come ON "{owner}"',
    'CREATE TRIGGER {table}_come AFTER INSERT ON "{owner}" FOR EACH ROW EXECUTE FUNCTION {table}_keep()',
    'DROP TRIGGER IF EXISTS {table}_move ON "{owner}"',
    (
        'CREATE TRIGGER {table}_move AFTER UPDATE OF {columns} ON "{owner}" FOR EACH ROW WHEN ({moved})'
        " EXECUTE FUNCTION {table}_keep()"
    ),
    'DROP TRIGGER IF EXISTS {table}_go ON "{owner}"',
    'CREATE TRIGGER {table}_go BEFORE DELETE ON "{owner}" FOR EACH ROW EXECUTE FUNCTION {table}_keep()',
    "{into} {r} AND NOT EXISTS (SELECT FROM {table})",
)


def _of_sqlite(text: str, row: str, owner: str) -> str:
    """Step by step, each over what the one before gives: SQLite reads no hundred calls within one another."""
    marks = [*PLAIN.items(), *((sign, "") for sign in NOTHING)]
    steps, plain = [f'"{owner}" AS r'] if row == "r" else [], f"lower({text})"
    for start in range(0, len(marks), STEP):
        steps.append(f"json_each(json_array({_replaced(plain, marks[start : start + STEP])})) AS s{start}")
        plain = f"s{start}.value"
    parts = _replaced(plain, [(sign, " ") for sign in APART])
    listed = f"""'[' || replace(json_quote({plain} || ' ' || {parts}), ' ', '","') || ']'"""
    ends = ", ".join(map(str, range(1, ENDS + 1)))
    steps += [f"json_each({listed}) AS w", f"json_each('[{ends}]') AS e"]
    digits = "(w.value NOT GLOB '*[^0-9]*' AND e.value <= length(w.value) - 3)"
    word = f"iif(e.value = 1, '', '{END}') || substr(w.value, e.value, {LONGEST - 1})"
    return _selected(row, word, steps, f"w.value <> '' AND (e.value = 1 OR {digits})")


def _of_postgresql(text: str, row: str, owner: str) -> str:
    """Its functions read a text once, sign by sign, so one step does."""
    signs, others = "".join(PLAIN), "".join(PLAIN.values())
    plain = f"translate(lower({text}), {_quoted(signs + NOTHING)}, {_quoted(others)})"
    parts = f"translate({plain}, {_quoted(APART)}, {_quoted(' ' * len(APART))})"
    digits = "length(w) > 4 AND translate(w, '0123456789', '') = ''"
    steps = [f'"{owner}" AS r'] if row == "r" else []
    steps.append(f"unnest(string_to_array({plain} || ' ' || {parts}, ' ')) AS w")
    steps.append(f"generate_series(1, CASE WHEN {digits} THEN least(length(w) - 3, {ENDS}) ELSE 1 END) AS e")
    word = f"CASE WHEN e = 1 THEN '' ELSE '{END}' END || substr(w, e, {LONGEST - 1})"
    return _selected(row, word, steps, "w <> ''")


def _selected(row: str, word: str, steps: Iterable[str], there: str) -> str:
    return f"SELECT DISTINCT {row}.tenant_id, {row}.id, {word} FROM {', '.join(steps)} WHERE {there}"  # noqa: S608


def _replaced(text: str, marks: Iterable[tuple[str, str]]) -> str:
    for sign, other in marks:
        text = f"replace({text}, {_quoted(sign)}, {_quoted(other)})"
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def spelled(text: str) -> str:
    """A typed word as words are kept."""
    told = fold("".join(sign for sign in text if sign not in NOTHING))
    return "".join(sign for sign in told if sign not in NOTHING)[: LONGEST - 1]


def parts(word: str) -> list[str]:
    """Those of a typed word, as they are kept; none of signs alone."""
    return [part for part in re.split(rf"[\s{re.escape(APART)}]+", spelled(word)) if part]


def has(key: Any, word: Any, text: str, numbers: Iterable[str] = ()) -> Any:
    """The keys of the rows that have a word that begins like `text`, or all its parts, or like one of `numbers`.

    `key`, `word`: the columns of the table of words; no row has a text without letters and digits.
    """
    plain, some = spelled(text), parts(text)
    wanted = chain([plain] if some else [], *((one, END + one) for one in numbers))
    ways = [_begins(key, word, one) for one in dict.fromkeys(wanted)]
    if some not in ([], [plain]) and "@" not in plain[1:]:  # of a whole address its parts say nothing more
        found = _begins(key, word, some[0])
        for part in some[1:]:
            found = found.where(key.in_(_begins(key, word, part)))
        ways.append(found)
    return union_all(*ways) if len(ways) > 1 else ways[0] if ways else select(key).where(false())


def _begins(key: Any, word: Any, begin: str) -> Select[Any]:
    return select(key).where(key.class_.tenant_id == tenancy.current(), word >= begin, word < begin + LAST)
