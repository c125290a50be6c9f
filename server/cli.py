"""The switchboard: `flask --app server migrate · pending · seed · worker · job NAME`."""

import click
from flask import Flask

from models import db
from server.database import migrate, pending


def init_app(app: Flask) -> None:
    """Hang the commands into the application."""
    app.cli.add_command(migrate_command)
    app.cli.add_command(pending_command)


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database's schema to head."""
    names = migrate(db.obj)
    click.echo("\n".join(f"applied {name}" for name in names) or "schema is at head")


@click.command("pending")
def pending_command() -> None:
    """Print the migrations not applied yet."""
    click.echo("\n".join(pending(db.obj)))
