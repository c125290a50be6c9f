"""Reminds keepers, from the 25th on, of next month's menu while it is not published."""

import datetime as dt
from typing import Final

from models import Grant, Space, Staff, db
from models.staff import Role
from server.clock import at_shanghai, day_of, month_after, month_bounds, month_of
from server.services import menus, menus_board, notifications

FROM_DAY: Final = 25
"""The day of the month from which a menu that is missing is somebody's worry."""


_CLOSING: Final = dt.time(17, 30)


def remind_keepers(*, now: dt.datetime) -> int:
    """Tell the keepers of every Space without a published menu for next month, each once; return
    how many were told. Who has not bound WeChat to the account sees it in the console alone. For
    the timetable."""
    if day_of(now).day < FROM_DAY:
        return 0
    month = month_after(month_of(now))
    active = [space.id for space in Space.select(Space.id).where(Space.active)]
    told = 0
    for space in menus.unpublished(active, month):
        with db.atomic():
            told += sum(_remind(user_id, space, month, now) for user_id in _keepers(space, now))
    return told


def _keepers(space: Space, now: dt.datetime) -> list[int]:
    """Return the members behind the accounts of those who are keeper of the Space today."""
    today = day_of(now)
    rows = (
        Staff.select(Staff.user_id)
        .distinct()
        .join(Grant)
        .where(
            Grant.role == Role.KEEPER,
            Grant.org_unit == space.org_unit_id,
            Grant.revoked_at.is_null(),
            Grant.from_on <= today,
            Grant.to_on.is_null() | (Grant.to_on >= today),
            Staff.active,
            Staff.user_id.is_null(False),
        )
    )
    return [row.user_id for row in rows if row.user_id is not None]


def _last_day_before(month: str) -> dt.date:
    return day_of(month_bounds(month)[0]) - dt.timedelta(days=1)


def _remind(user_id: int, space: Space, month: str, now: dt.datetime) -> bool:
    """Tell one keeper and say whether they had not been told before."""
    year, number = map(int, month.split("-"))
    planned = len(menus_board.on_offer(space.id, month, []))
    message = notifications.tell(
        user_id,
        kind="duty",
        subject_type="space",
        subject_id=space.id,
        dedupe_key=f"menu-due:{space.id}:{month}",
        title=f"{number}月菜单还没发布",
        body=f"{space.name}{year}年{number}月的菜单还没有发布，已排活动 {planned} 个。"
        "请在月底前到工作台编好并发布，让大家早点安排时间。",
        page="pages/tabs/home/home",
        fields={
            "task": f"发布{number}月菜单",
            "space": space.name,
            "due_at": at_shanghai(_last_day_before(month), _CLOSING),
            "tip": f"已排活动 {planned} 个，请到工作台编好并发布",
        },
        space_id=space.id,
        now=now,
    )
    return message.created_at == now
