"""The switchboard: schema, demo data, worker, jobs, doctor, backup, accounts, keys."""

import base64
import os
import secrets
import signal
import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from peewee import SqliteDatabase

from models import db
from models.staff import Role
from server.clock import utcnow
from server.context import resources
from server.database import migrate, pending
from server.errors import NotFound, ServiceError


def init_app(app: Flask) -> None:
    """Hang the commands into the application."""
    app.cli.add_command(migrate_command)
    app.cli.add_command(pending_command)
    app.cli.add_command(seed_command)
    app.cli.add_command(worker_command)
    app.cli.add_command(job_command)
    app.cli.add_command(doctor_command)
    app.cli.add_command(backup_command)
    app.cli.add_command(restore_command)
    app.cli.add_command(templates_command)
    app.cli.add_command(staff_group)
    app.cli.add_command(keys_group)
    app.cli.add_command(db_group)


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


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Look whether the data is sound; tell what is broken and what to do, and exit with 1 then."""
    from server.services import files_retention, health
    from server.services.files_disk import Disk

    if names := pending(db.obj):
        raise click.ClickException(
            f"the schema is behind ({', '.join(names)}); run: flask --app server migrate"
        )
    on_disk = files_retention.rules(Disk(resources().config.files_dir), now=utcnow())
    with db.connection_context():
        found = health.breaches(*on_disk)
    for breach in found:
        click.echo(f"BROKEN: {breach.rule.holds}")
        click.echo("".join(f"  {line}\n" for line in breach.lines), nl=False)
        click.echo(f"  What to do: {breach.rule.remedy}")
    if found:
        sys.exit(1)
    click.echo(f"all {len(health.RULES) + len(on_disk)} rules hold")


@click.command("backup")
@click.argument("archive", type=click.Path(path_type=Path))
@with_appcontext
def backup_command(archive: Path) -> None:
    """Write database and uploads into one file, readable by its owner only, while all runs."""
    from server import backups

    it = resources().config
    before = os.umask(0o077)
    try:
        made = backups.make(
            archive, database_url=it.database_url, files_dir=it.files_dir, now=utcnow()
        )
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from None
    finally:
        os.umask(before)
    click.echo(f"{archive}: the database and {made.files} uploads, {made.size} bytes")


@click.command("restore")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put aside what is there.")
@click.pass_context
@with_appcontext
def restore_command(context: click.Context, archive: Path, *, replace: bool) -> None:
    """Bring a backup back, then have the doctor look at it. Stop web and worker before."""
    from server import backups

    it = resources().config
    db.obj.close_all()
    try:
        made_at = backups.restore(
            archive,
            database_url=it.database_url,
            files_dir=it.files_dir,
            replace=replace,
            now=utcnow(),
        )
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"restored what was there at {made_at}")
    context.invoke(doctor_command)


@click.command("templates")
@with_appcontext
def templates_command() -> None:
    """Ask WeChat for our message templates; say which kind of message would not go out as meant,
    and exit with 1 then. To be run after each change of [wechat.templates]."""
    from server.wechat import WeChatError, templates

    it = resources()
    try:
        known = {each.id: each for each in it.wechat.templates()}
    except WeChatError as error:
        raise click.ClickException(f"WeChat did not tell its templates: {error}") from None
    problems = 0
    for kind in templates.KINDS:
        found = known.get(it.config.wechat.templates.get(kind, ""))
        if found is None:
            said = ["没有这个模板：请在小程序后台选用，并把编号写进 [wechat.templates]"]
        else:
            said = templates.check(kind, found, is_lasting=kind in it.config.wechat.long_term)
        problems += len(said)
        click.echo(f"{kind}: {'; '.join(said) or 'ok'}")
    if problems:
        sys.exit(1)


@click.group("staff")
def staff_group() -> None:
    """Console accounts."""


@staff_group.command("add")
@click.argument("login")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="A role to grant.")
@click.option("--at", help="Where the role holds: a Space's code, or the name of a unit.")
@click.option("--partner", help="Whose dispatches a partner handler works on: its name there.")
@click.option("--password-stdin", is_flag=True, help="Read the password instead of making one.")
@with_appcontext
def staff_add(
    *,
    login: str,
    name: str,
    role: str | None,
    at: str | None,
    partner: str | None,
    password_stdin: bool,
) -> None:
    """Add a console account; without --password-stdin a password is made and printed once."""
    from server.services import audit, resources_partners, spaces, staff

    if (role is None) != (at is None):
        raise click.UsageError("--role and --at belong together")
    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(15)
    now = utcnow()
    try:
        with db.connection_context(), db.atomic():
            account = staff.create(login, name, password, actor=audit.SYSTEM, now=now)
            if role and at:
                unit = spaces.unit_named(at)
                named = {row.name: row for row in resources_partners.usable_in(unit.id)}
                if partner and partner not in named:
                    raise NotFound(f"没有这家共建单位：{partner}")
                body = named[partner] if partner else None
                staff.grant(account, Role(role), unit, partner=body, actor=audit.SYSTEM, now=now)
    except ServiceError as error:
        raise click.ClickException(error.detail) from None
    click.echo(f"added {account.login}")
    if not password_stdin:
        click.echo(f"password: {password}")


@click.group("keys")
def keys_group() -> None:
    """The keys personal data is sealed with."""


@keys_group.command("fresh")
@with_appcontext
def keys_fresh() -> None:
    """Print the three lines of the environment for a new key; nothing is changed yet."""
    it = resources()
    hidden, number = it.config.secrets, it.vault.key_id + 1
    now = hidden.data_key if ":" in hidden.data_key else f"{it.vault.key_id}:{hidden.data_key}"
    fresh = base64.b64encode(secrets.token_bytes(32)).decode()
    click.echo(f"XINYI_DATA_KEY={number}:{fresh}")
    click.echo(f"XINYI_OLD_DATA_KEYS={','.join(filter(None, (now, hidden.old_data_keys)))}")
    click.echo(f"XINYI_INDEX_KEY={it.vault.index_key}")


@keys_group.command("rotate")
@with_appcontext
def keys_rotate() -> None:
    """Seal anew what an old key sealed; may be stopped and started again at any time."""
    from server.services import users_keys

    with db.connection_context():
        done = users_keys.rotate(resources().vault, told=lambda n: click.echo(f"{n} …"))
    click.echo(f"sealed anew: {done}")


@keys_group.command("status")
@with_appcontext
def keys_status() -> None:
    """Print how much each key still has to open; an old key at nothing can go."""
    from server.services import users_keys

    with db.connection_context():
        found = users_keys.in_use()
    current = resources().vault.key_id
    for number in sorted({*found, current}):
        mark = " (seals today)" if number == current else ""
        click.echo(f"key {number}{mark}: {found.get(number, 0)}")


@click.group("db")
def db_group() -> None:
    """The database as a whole."""


@db_group.command("distribute")
def db_distribute() -> None:
    """Print the SQL that spreads the schema over several machines with Citus; run nothing."""
    from server import distribute

    if isinstance(db.obj, SqliteDatabase):
        raise click.ClickException("only PostgreSQL can be spread over several machines")
    if names := pending(db.obj):
        raise click.ClickException(f"migrate first: {', '.join(names)}")
    with db.connection_context():
        lines = distribute.statements(db.obj)
    click.echo("BEGIN;\n" + "".join(f"{line};\n" for line in lines) + "COMMIT;")
