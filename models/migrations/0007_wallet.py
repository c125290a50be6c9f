"""A wallet counts one-time accepts; that somebody always accepts is something WeChat never tells."""


def up(migrator, db):
    migrator.migrate(migrator.drop_column("wallet", "always_accept"))
