"""The switchboard: `flask --app server migrate · pending · seed · worker · job NAME`."""

import signal

import click
from flask import Flask
from flask.cli import with_appcontext

from models import db
from server.clock import utcnow
from server.context import resources
from server.database import migrate, pending


def init_app(app: Flask) -> None:
    """Hang the commands into the application."""
    app.cli.add_command(migrate_command)
    app.cli.add_command(pending_command)
    app.cli.add_command(seed_command)
    app.cli.add_command(worker_command)
    app.cli.add_command(job_command)


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database's schema to head."""
    names = migrate(db.obj)
    click.echo("\n".join(f"applied {name}" for name in names) or "schema is at head")


@click.command("pending")
def pending_command() -> None:
    """Print the migrations not applied yet."""
    click.echo("\n".join(pending(db.obj)))


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Fill an empty database with the demo data; refused in production."""
    from scripts.demo.story import tell

    opened = resources()
    if opened.config.is_production:
        raise click.ClickException("demo data is refused in production mode")
    click.echo(tell(opened))


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Send what waits in the outbox and keep the timetable, until SIGTERM or Ctrl-C."""
    from server.jobs.worker import Worker

    worker = Worker(resources())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


@click.command("job")
@click.argument("name")
@with_appcontext
def job_command(name: str) -> None:
    """Run a job of the timetable at once."""
    from server import jobs

    try:
        with db.connection_context():
            click.echo(jobs.run_job(resources(), name, now=utcnow()))
    except jobs.JobUnknown:
        names = ", ".join(job.name for job in jobs.TIMETABLE)
        raise click.BadParameter(f"there are: {names}", param_hint="NAME") from None
