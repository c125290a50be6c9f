"""Needs that break a rule about them, one each, for the doctor to name."""

import datetime as dt
from typing import Any

import models
from models.needs import NeedSource, NeedState
from models.staff import Role
from server.services import needs_intake, staff
from tests import factories


def _write(row: models.BaseModel, **values: Any) -> None:
    table = type(row)
    assert table.update(**values).where(table.id == row.id).execute() == 1


def need(now: dt.datetime) -> models.Need:
    """A need as it comes in by phone, with its number and its history."""
    space, kind = factories.make_space(), factories.make_category()
    keeper = factories.make_staff(Role.KEEPER, space)
    return needs_intake.submit_on_behalf(
        staff.scope_of(keeper, now=now),
        space.id,
        needs_intake.Draft(kind.code, "想找律师", "合同上的事情想请教一下"),
        source=NeedSource.PHONE,
        actor=factories.actor(),
        now=now,
    )


def forget_the_past(now: dt.datetime) -> models.BaseModel:
    row = need(now)
    assert models.NeedEvent.delete().where(models.NeedEvent.need == row).execute()
    return row


def answer_at_no_time(now: dt.datetime) -> models.BaseModel:
    row = need(now)
    _write(row, state=NeedState.ANSWERED)
    return row


def close_at_no_time(now: dt.datetime) -> models.BaseModel:
    row = need(now)
    _write(row, state=NeedState.CLOSED, answered_at=now)
    return row


def lose_a_need(now: dt.datetime) -> models.BaseModel:
    row = need(now)
    assert models.NeedEvent.delete().where(models.NeedEvent.need == row).execute()
    row.delete_instance()
    return models.Space.get_by_id(row.space_id)


def give_a_number_twice(now: dt.datetime) -> models.BaseModel:
    row = need(now)
    counter: models.NeedCounter = models.NeedCounter.get(models.NeedCounter.space == row.space_id)
    _write(counter, last=0)
    return models.Space.get_by_id(row.space_id)


def work_without_a_lead(now: dt.datetime) -> models.BaseModel:
    row = need(now)
    _write(row, state=NeedState.IN_PROGRESS)
    return row


BREAKERS = {
    "every need has its history": (forget_the_past,),
    "every need says when it was answered and closed": (answer_at_no_time, close_at_no_time),
    "every number given to a need is a need's": (lose_a_need, give_a_number_twice),
    "what is worked on has somebody who leads": (work_without_a_lead,),
}
