"""`plaza tenant …`: the shops of an install, for who runs it."""

import sys
from importlib import import_module
from pathlib import Path

import click

from kernel.commands import app, safely


@click.group()
def tenant() -> None:
    """Shops of this install."""


@tenant.command("new")
@click.argument("name")
@click.option("--country", required=True, help="Two letters, such as CR; it decides currency, language and taxes.")
@click.option("--email", required=True, help="Who owns it; an account is made unless there is one.")
@click.option("--phone", default="", help="How to reach the shop.")
@click.option("--password", prompt=True, hide_input=True, help="For a new account; asked for when left out.")
def new_tenant(name: str, **told: str) -> None:
    """Open a shop that sells at once, as /signup does."""
    refusal, signup = import_module("kernel.refusal"), import_module("kernel.signup")
    serving = import_module("kernel.serving")
    try:
        install = serving.prepare(demo=False)
        wish = signup.Wish(name, told["country"].upper(), told["phone"])
        click.echo(serving.open_shop(install, wish, told["email"], told["password"]))
    except (refusal.Refusal, LookupError) as refused:
        sys.exit(str(refused))


@tenant.command("export")
@click.argument("slug")
@click.argument("destination", type=click.Path(path_type=Path))
def export_tenant(slug: str, destination: Path) -> None:
    """Write everything that a shop has into one ZIP. Its rows as JSON lines, its pictures and files."""
    made = safely(lambda: import_module("kernel.leaving").export(app(), slug, destination))
    rows = sum(made["rows"].values())
    click.echo(f"{made['path']}: {rows} rows of {len(made['rows'])} tables, {made['media']} files.")


@tenant.command("erase")
@click.argument("slug")
@click.option("--yes", "said", default="", help="The shop's name in addresses once more; asked for when left out.")
def erase_tenant(slug: str, said: str) -> None:
    """Erase a shop for ever. Its rows, its files, the accounts of who works nowhere else; export it first."""
    if (said or click.prompt(f"This cannot be undone. Type {slug} to erase it")) != slug:
        sys.exit("Nothing was erased.")
    gone = safely(lambda: import_module("kernel.leaving").erase(app(), slug))
    click.echo(f"Erased {sum(gone.values())} rows of {len(gone)} tables. Backups from before still hold them.")


@tenant.command("list")
def list_tenants() -> None:
    """Every shop of this install. Its name in addresses, where it is, whether it sells, its name; tabs between them."""
    for told in import_module("kernel.serving").listed(app()):
        click.echo("\t".join(told))


@tenant.command("domain")
@click.argument("slug")
@click.argument("host")
@click.option("--remove", is_flag=True, help="Take it out instead.")
def tenant_domain(slug: str, host: str, remove: bool) -> None:
    """Give a shop a host name of its own. Its name server is not asked: you know that it leads here."""
    told = safely(lambda: import_module("kernel.serving").own_domain(app(), slug, host, remove=remove))
    click.echo(f"{told} is {'no longer' if remove else 'now'} {slug}'s.")
