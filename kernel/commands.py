"""What the words of the `plaza` command share: the application when they need it, a sentence where it cannot go on."""

import sys
from importlib import import_module
from typing import Any

import click

from kernel import settings
from kernel.late import Late

exc = Late("sqlalchemy.exc")
HELP = ("-h", "--help")


class Words(click.Group):
    """The words of the command: what whoever runs the install can mend is a sentence, everything else a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the word."""
        try:
            return super().invoke(ctx)
        except settings.Wrong as wrong:
            click.echo(f"{wrong}.", err=True)
            sys.exit(2)
        except exc.OperationalError as failed:
            if failed.statement is not None:  # it answers, so it is not about where it is
                raise
            sys.exit(f"The database does not answer: {failed.orig}. Look at PLAZA_DATABASE_URL, or ask: plaza doctor")


def app() -> Any:
    """The whole application: only where it is needed."""
    return import_module("kernel.app").create_app()


def safely(verb: Any) -> Any:
    """What `verb()` gives; a refusal ends the program with its sentence."""
    try:
        return verb()
    except import_module("kernel.refusal").Refusal as refused:
        sys.exit(str(refused))
