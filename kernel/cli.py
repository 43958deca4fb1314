"""The words of the `plaza` command; each hands over to the module that does the work."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kernel import processes
from kernel.cli_tenants import tenant
from kernel.commands import HELP, Words, app, safely

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}
port_option = click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Where the web server listens."
)
host_option = click.option("--host", default=HOST, show_default=True, help="Which address it listens on.")


@click.group(cls=Words, context_settings={"help_option_names": HELP})
def main() -> None:
    """Plaza: shops, bookings, customers and campaigns on your own machine."""


main.add_command(tenant)


def _serving() -> Any:
    return import_module("kernel.serving")  # brings the whole application: only where it is needed


@main.command()
@port_option
@host_option
@click.option("--no-demo", is_flag=True, help="Begin without the demo shops.")
def up(port: int, host: str, no_demo: bool) -> None:
    """Prepare everything, then serve web and jobs until Ctrl-C."""
    _refuse_taken(host, port)
    _follow(port)
    processes.called("plaza up")
    prepared = subprocess.run(processes.plaza("prepare", *(["--no-demo"] if no_demo else [])), stdout=subprocess.PIPE)
    if prepared.returncode:
        sys.exit(prepared.returncode)
    sys.exit(_serve(host, port, prepared.stdout.decode()))


def _serve(host: str, port: int, welcome: str) -> int:
    stop = processes.stop_on_signals()
    with processes.children(*_parts(host, port)) as started:
        here = HOST if host == "0.0.0.0" else host  # noqa: S104
        if processes.wait_until(lambda: processes.listening(here, port), stop, started):
            click.echo(welcome + "Ctrl-C stops it.")
            processes.wait_until(stop.is_set, stop, started)
        broken = processes.ended(started) and not stop.is_set()
    if broken:
        click.echo("A part of Plaza ended by itself (see above), so everything was stopped.", err=True)
    return int(broken)


def _follow(port: int) -> None:
    os.environ.setdefault("PLAZA_URL", f"http://localhost:{port}")


def _refuse_taken(host: str, port: int) -> None:
    try:
        processes.refuse_taken(host, port)
    except processes.PortTaken as taken:
        sys.exit(f"{taken} Stop what listens there, or choose another: ./plaza up --port {port + 1}")
    except processes.NoAddress as none:
        raise click.BadParameter(str(none), param_hint="'--host'") from none


def _parts(host: str, port: int) -> list[list[str] | Callable[[], object]]:
    """What serves and what works; where forking is safe the application is loaded once, here, and they share it."""
    if not processes.FORKS:
        return [processes.plaza("web", "--port", str(port), "--host", host), processes.plaza("worker")]
    serving = _serving()
    serving.load()
    return [partial(_web, host, port), serving.work]


@main.command()
@click.option("--no-demo", is_flag=True, help="Begin without the demo shops.")
def prepare(no_demo: bool) -> None:
    """Do what `up` does before it serves. It says where things are."""
    serving = _serving()
    click.echo("\n".join(serving.welcome(serving.prepare(demo=not no_demo))))


@main.command()
@port_option
@host_option
def web(port: int, host: str) -> None:
    """Serve the pages only."""
    _refuse_taken(host, port)
    _follow(port)
    _web(host, port)


def _web(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    processes.follow_parent()
    processes.called("plaza web")
    many = max(1, import_module("kernel.settings").given().web_processes)
    if processes.FORKS:
        multiprocessing.set_start_method("fork", force=True)  # what is loaded here is shared
        os.register_at_fork(after_in_child=processes.unhandled)  # else the server's handlers swallow an early SIGTERM
        if many > 1:
            _serving().load()
    Granian(
        "kernel.serving:wsgi",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=many,
        blocking_threads=2,
        websockets=False,
        workers_kill_timeout=int(processes.PATIENCE) - 5,  # sooner than `up` ends their parent
        log_level=LogLevels.warning,
    ).serve()


@main.command()
def worker() -> None:
    """Run jobs and send letters only."""
    _serving().work()


@main.command()
def migrate() -> None:
    """Bring the database to today's schema."""
    import_module("kernel.migrations").upgrade(app())


@main.command()
def demo() -> None:
    """Load the demo shops into this install."""
    serving = _serving()
    app = serving.prepare(demo=False)
    serving.load_demo(app)
    click.echo("\n".join(serving.welcome(app)))


PASSPHRASE = click.option(
    "--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase; asked for when left out.",
)  # fmt: skip


@main.command()
@click.argument("destination", type=click.Path(path_type=Path))
@PASSPHRASE
@click.option("--follow", is_flag=True, help="Stay, and keep the install as it is every half minute in that folder.")
def backup(destination: Path, passphrase_file: Path | None, follow: bool) -> None:
    """Write all of this moment into one file. Database, media and the sealed secret; shops go on selling meanwhile."""
    passphrase = _passphrase(passphrase_file, twice=True)
    if follow:
        click.echo(f"Keeping moments in {destination}; Ctrl-C ends it.")
        safely(lambda: import_module("kernel.following").follow(app(), destination, passphrase))
        return
    made = safely(lambda: import_module("kernel.backup").write(app(), destination, passphrase))
    rows = sum(table["rows"] for table in made["tables"])
    click.echo(f"{made['path']}: {rows} rows of {len(made['tables'])} tables, {len(made['media'])} files; read again.")


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@PASSPHRASE
@click.option("--at", default="", help="Of a folder of moments: the last one not after 2026-11-26T14:30 (your time).")
def restore(source: Path, passphrase_file: Path | None, at: str) -> None:
    """Bring a backup back into an empty place. That is an instance folder and a database without anything in them."""
    wanted, passphrase = import_module("kernel.settings").given(), _passphrase(passphrase_file)
    made = safely(lambda: import_module("kernel.restore").read(source, passphrase, wanted, at=at))
    click.echo(f"Restored as of {made['at'][:19]}Z: {made['rows']} rows, {made['media']} files, every checksum equal.")
    for what, count in made["held"].items():
        click.echo(f"{count} {what} that waited are held: each goes out only when somebody says so in the back office.")


def _passphrase(path: Path | None, *, twice: bool = False) -> str:
    if path is not None:
        return (path.read_text().splitlines() or [""])[0].strip()
    return str(click.prompt("Passphrase of the backup", hide_input=True, confirmation_prompt=twice))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: a list of {check, state, told, mend}.")
def doctor(as_json: bool) -> None:
    """Say what is wrong and how to mend it. The exit code is 1 when something is."""
    found = import_module("kernel.doctor").examine()
    click.echo(import_module("kernel.doctor").told(found, as_json=as_json))
    sys.exit(int(any(one.state == "wrong" for one in found)))


@main.command("second-step-off")
@click.argument("email")
def second_step_off(email: str) -> None:
    """Let somebody in by the password alone. They lost phone and paper, and showed you who they are."""
    told = safely(lambda: import_module("kernel.serving").second_step_off(app(), email))
    click.echo(f"{told} is asked for the password only. Every open session ended.")
    if left := safely(lambda: import_module("kernel.serving").passkeys_of(app(), email)):
        click.echo(f"These passkeys still open the account: {left}. Who has none of them ends them at /account/proof.")


@main.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", "slug", required=True, help="The shop, as in its address.")
@click.option("--profile", default="", help="What wrote the file, such as mailchimp; else found by its columns.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would become of each line, and change nothing.")
def import_file(kind: str, file: Path, slug: str, **how: Any) -> None:
    """Bring a file into a shop, as its back office does.

    KIND is contacts or products: `plaza import contacts people.csv --tenant shop`.
    """
    safely(lambda: import_module("kernel.importers").bring(app(), kind, file, slug, say=click.echo, **how))


@main.command(context_settings=PASS_ON)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def test(words: tuple[str, ...]) -> None:
    """Run the tests; words go to pytest."""
    workers = min(os.cpu_count() or 1, 4) + 2  # those that walk in a browser wait more than they work
    usual = ("-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder", "-q")
    sys.exit(subprocess.call([sys.executable, "-m", "pytest", *(words or usual)], cwd=ROOT))


@main.command()
def check() -> None:
    """Look at the code as CI does. Formatting, lint, types, layers, translations, migrations."""
    sys.exit(import_module("kernel.checks").run())


@main.command(context_settings=PASS_ON)
@click.argument("name")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def bench(name: str, words: tuple[str, ...]) -> None:
    """Measure one thing beside its floor. NAME is a file of bench/; the last line is JSON. Words go to it."""
    if name in HELP:
        click.echo(click.get_current_context().get_help())
        return
    found = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if name not in found:
        raise click.BadParameter(f"{name} is none of {', '.join(found)}.", param_hint="'NAME'")
    sys.exit(subprocess.call([sys.executable, "-m", f"bench.{name}", *words], cwd=ROOT))


if __name__ == "__main__":
    main()
