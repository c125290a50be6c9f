"""我的凭证 as it goes out."""

from server.schemas.activities_seen import SessionBriefOut
from server.schemas.base import Id, In, Moment, Out
from server.schemas.checkins_challenge import ChallengeOut
from server.schemas.signups import ActivityBriefOut


class PassQuery(In):
    """For which session; without one the pass only says who the person is."""

    session: Id | None = None


class PassCodeOut(Out):
    """One personal code, upper-case letters and digits, and the time it is to be shown."""

    slot: int
    valid_from: Moment
    valid_to: Moment
    text: str


class PassOut(Out):
    """The next codes to show, so that a short outage does not blank the phone. `party_size` is
    null without a signup that stands."""

    session: SessionBriefOut | None
    activity: ActivityBriefOut | None
    name: str
    party_size: int | None
    slot_seconds: int
    server_time: Moment
    codes: list[PassCodeOut]
    challenge: ChallengeOut | None
