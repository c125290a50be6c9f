"""What went well in the past months and is held again: the service projects of the Space told in full."""

import datetime as dt

from models.activities import SessionState
from scripts.demo.places import Place
from scripts.demo.programme import Offer
from server.schemas.activities_projects import ProjectIn
from server.services import activities, activities_projects, audit

CADENCES = ("monthly", "quarterly")


def add_projects(place: Place, offers: list[Offer], now: dt.datetime) -> None:
    """Promote the first two different activities of the past that the Space had."""
    past = {
        offer.activity.title: offer.activity.id
        for offer in reversed(offers)
        if offer.activity.space_id == place.space.id and offer.session.state == SessionState.ENDED
    }
    for cadence, (title, activity_id) in zip(CADENCES, sorted(past.items()), strict=False):
        held = activities.get(activity_id)
        form = ProjectIn.model_validate(
            {"name": title, "theme": held.theme, "body": held.body, "cadence": cadence}
        )
        activities_projects.promote(held, form, actor=audit.SYSTEM, now=now)
