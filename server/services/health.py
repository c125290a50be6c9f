"""Whether the ground under the services holds."""

from peewee import PeeweeException

from models import OrgUnit, db


def database_ready() -> bool:
    """Return True when the database answers and holds our tables."""
    try:
        with db.atomic():
            OrgUnit.select(OrgUnit.id).limit(1).execute()
    except PeeweeException:
        return False
    return True
