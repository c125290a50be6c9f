"""One Space with a row of every kind in it, each carrying words that are found again wherever they
come out: the ground on which the walk over all routes looks for leaks."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import models
from models.activities import ActivityState, SessionState, SharedTo, SignupMode
from models.enterprises import CareKind, EnterpriseStatus, MemberRole, MemberStatus, Verdict
from models.files import Subject
from models.menus import RevisionState
from models.needs import ActorKind, NeedState, Satisfaction, Solved
from models.notifications import CampaignState, DeliveryState
from models.signups import AppealState, SignupState
from models.spaces import OrgKind, VenueRole
from models.staff import Role
from models.visits import TargetState, VisitKind
from server.clock import day_of, month_of, utcnow
from server.crypto import Vault, token_hash
from server.services import checkins_codes, checkins_screens, enterprises_imports
from server.services.audit import SYSTEM
from server.services.files_disk import Disk
from tests import factories

Ids = dict[str, list[str]]


@dataclass(frozen=True)
class FullSpace:
    """The rows of one Space: `ids` by the name a route gives them, and where it lies."""

    space: models.Space
    town: models.OrgUnit
    district: models.OrgUnit
    member: models.User
    """Whose signups, needs, messages and check-ins they are."""
    ids: Ids
    public: Ids
    """Of the ids those every member may look at."""
    category: str
    series: models.Series


PRIVATE = "机密甲"
"""What only the member and those who work for the Space may read."""
INTERNAL = "机密乙"
"""What only those who see the Space from inside may read: drafts."""
NAME = "机密丙"
"""What a person of the Space is called."""

OPENID, PHONE = "demo-u1", "13812345678"
"""What never leaves the server."""


def fill(vault: Vault, disk: Disk, secret: str) -> FullSpace:
    """Make the Space. Every text in it that is not public begins with one of the marks."""
    nation = factories.make_org_unit(OrgKind.NATION)
    city = factories.make_org_unit(OrgKind.CITY, nation)
    district = factories.make_org_unit(OrgKind.DISTRICT, city)
    town = factories.make_org_unit(OrgKind.TOWN, district)
    space = factories.make_space(town)
    member = _member(space, vault)
    tower = factories.make_building(space)
    company = factories.make_enterprise(building=tower, name="上海有空科技有限公司")
    membership = factories.make_member(
        member, company, status=MemberStatus.VERIFIED, role=MemberRole.STAFF
    )
    ids: Ids = {"space_id": [str(space.id)], "member_id": [str(membership.id)]}
    ids |= {"user_id": [str(member.id)], "enterprise_id": [str(company.id)]}
    ids["building_id"] = [str(tower.id)]
    ids["day"] = [day_of(utcnow()).isoformat()]
    ids |= {"device_id": [str(_device(space).id)], "signed": [_screen(space, secret)]}
    series = factories.make_series()
    public = _activities(space, series, member, ids)
    category = factories.make_category()
    _needs(space, category, member, company, ids)
    _clusters(space, ids)
    _file(space, member, disk, ids)
    _menus(space, ids)
    _messages(space, member, ids)
    _visits(space, company, ids)
    _register(space, company, ids)
    _meetings(space, company, ids)
    _accounts(space, ids)
    _statistics(space, ids)
    _surveys(space, ids)
    _cases(space, ids)
    _exports(space, ids)
    # Whoever holds the link of the screen may look at it.
    public |= {"signed": ids["signed"]}
    public |= {"space_id": ids["space_id"], "enterprise_id": ids["enterprise_id"]}
    public |= {"survey_id": ids["survey_id"][::2]}  # one is over: they are told so
    return FullSpace(space, town, district, member, ids, public, category.code, series)


def _exports(space: models.Space, ids: Ids) -> None:
    """Make a list somebody of the Space asked for."""
    now = utcnow()
    asker = factories.make_staff(Role.KEEPER, space)
    job = models.ExportJob.add(
        now=now, space=space, staff=asker, kind="members", since=day_of(now), until=day_of(now),
        reason=f"{PRIVATE}用途", state="done", expires_at=now + dt.timedelta(hours=1),
    )  # fmt: skip
    models.ExportFile.create(export=job, content=PRIVATE.encode())
    ids["export_id"] = [str(job.id)]


def _cases(space: models.Space, ids: Ids) -> None:
    """Make a draft, and a case its own Space may read."""
    now = utcnow()
    told = {"before": f"{INTERNAL}难处", "doing": f"{INTERNAL}做法", "after": f"{INTERNAL}变化"}
    rows = [
        models.CaseStory.add(
            now=now, space=space, title=f"{INTERNAL}案例", published_at=published, **told
        )
        for published in (None, now)
    ]
    ids["case_id"] = [str(row.id) for row in rows]


def _surveys(space: models.Space, ids: Ids) -> None:
    """Make a survey members may answer, a draft, and one by name that is over and answered."""
    now = utcnow()
    day = day_of(now)
    asked = [
        {
            "key": "q1",
            "label": "这里像自己的地方吗",
            "kind": "text",
            "options": [],
            "required": False,
        }
    ]
    of: dict[str, Any] = {
        "org_unit": space.org_unit_id, "space": space, "questions": asked, "starts_on": day,
        "ends_on": day, "title": "大家怎么看",
    }  # fmt: skip
    running = models.Survey.add(now=now, **of, published_at=now, invited_at=now)
    draft = models.Survey.add(now=now, **of | {"title": f"{INTERNAL}问卷"})
    over = models.Survey.add(
        now=now, **of, is_anonymous=False, published_at=now, closed_at=now, answered=1, members=1
    )
    models.SurveyAnswer.create(space=space, survey=over, answers={"q1": f"{PRIVATE}回答"})
    ids["survey_id"] = [str(running.id), str(draft.id), str(over.id)]


def _statistics(space: models.Space, ids: Ids) -> None:
    """Make a figure the Space brought along."""
    brought = models.BaselineFigure.add(
        now=utcnow(), space=space, figure="person_times", value=4700, source="年度总结",
        starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 12, 31),
    )  # fmt: skip
    ids |= {"baseline_id": [str(brought.id)], "figure": ["person_times"]}


def _meetings(space: models.Space, company: models.Enterprise, ids: Ids) -> None:
    """Make a row of each kind of the register, a meeting held with its tasks and one planned."""
    now = utcnow()
    kinds = ("united_front", "party", "operator")
    front, branch, runs = (
        factories.make_partner(space, type=kind, name=f"{INTERNAL}{kind}") for kind in kinds
    )
    place = {"org_unit": space.org_unit_id}
    expert = models.Expert.add(now=now, **place, name=f"{INTERNAL}专家", bio=f"{INTERNAL}简介")
    thing = models.Resource.add(now=now, **place, kind="fund", name=f"{INTERNAL}资金")
    day = day_of(now)
    uses = [
        models.ResourceUse.add(
            now=now, space=space, enterprise=company, used_on=day, outcome=f"{INTERNAL}结果", **of
        )
        for of in ({"resource": thing}, {"expert": expert})
    ]
    seats: dict[str, Any] = {"united_front": front, "party_branch": branch, "operator": runs}
    held, planned = (
        models.JointMeeting.add(
            now=now, space=space, starts_at=now + gap, place=f"{INTERNAL}会议室",
            minutes=minutes, state=state, **seats,
        )
        for gap, minutes, state in (
            (-dt.timedelta(hours=2), f"{INTERNAL}纪要", "held"),
            (dt.timedelta(hours=2), "", "planned"),
        )
    )  # fmt: skip
    item = models.AgendaItem.add(now=now, space=space, meeting=planned, text=f"{INTERNAL}议程")
    decision = models.Resolution.add(now=now, space=space, meeting=held, text=f"{INTERNAL}决议")
    tasks = [
        models.Task.add(
            now=now, space=space, meeting=held, resolution=decision, text=f"{INTERNAL}任务",
            owner_text="物业", due_on=day, state=state,
        )
        for state in ("open", "done")
    ]  # fmt: skip
    words = models.Resolution.add(now=now, space=space, meeting=held, text=f"{INTERNAL}措辞")
    ids.setdefault("partner_id", []).append(str(front.id))
    ids |= {
        "expert_id": [str(expert.id)],
        "resource_id": [str(thing.id)],
        "use_id": [str(use.id) for use in uses],
        "meeting_id": [str(planned.id), str(held.id)],
        "task_id": [str(task.id) for task in tasks],
        "resolution_id": [str(words.id)],
        "item_id": [str(item.id)],
        "word": ["resources", "experts", "partners"],
        "row_id": [str(row.id) for row in (thing, expert, front)],
    }


def _register(space: models.Space, company: models.Enterprise, ids: Ids) -> None:
    """Make a company merged into the Space's, a note of care, and a sheet not yet confirmed."""
    ids["target_id"] = ids["enterprise_id"]
    now = utcnow()
    twin = factories.make_enterprise(
        name="有空科技", status=EnterpriseStatus.MERGED, merged_into=company
    )
    moved = {"members": [], "merged": [], "status": "active", "filled": {}}
    merge = models.EnterpriseMerge.add(
        now=now,
        source=twin,
        target=company,
        reason=f"{INTERNAL}重复",
        moved=moved,
        undo_until=now + dt.timedelta(days=30),
    )
    models.EnterpriseCare.add(
        now=now, space=space, enterprise=company, kind=CareKind.CALL,
        text=f"{PRIVATE}关怀", on_day=day_of(now),
    )  # fmt: skip
    sheet = models.EnterpriseImport.add(
        now=now, space_ids=[space.id], file_name=f"{INTERNAL}企业.xlsx", total=1
    )
    cells = dict.fromkeys(enterprises_imports.COLUMNS, "")
    models.EnterpriseImportRow.create(
        sheet=sheet, number=2, cells=cells | {"name": f"{INTERNAL}公司"}, verdict=Verdict.ERROR
    )
    ids |= {"merge_id": [str(merge.id)], "sheet_id": [str(sheet.id)]}


def _member(space: models.Space, vault: Vault) -> models.User:
    member = factories.make_user(home_space=space, nickname=f"{NAME}先生")
    for name, text in (("openid", OPENID), ("phone", PHONE), ("real_name", NAME)):
        sealed = vault.seal(text, place=f"user.{name}:{member.id}")
        models.User.update({f"{name}_enc": sealed}).where(models.User.id == member.id).execute()
    found: models.User = models.User.get_by_id(member.id)
    return found


def _activities(space: models.Space, series: models.Series, member: models.User, ids: Ids) -> Ids:
    """Make a published activity with people in it and a draft; return the ids of the first."""
    venue = factories.make_venue(space, role=VenueRole.MAIN)
    zone = factories.make_zone(venue)
    open_one = factories.make_activity(space, series=series, signup_mode=SignupMode.APPROVAL)
    draft = factories.make_activity(
        space,
        series=series,
        state=ActivityState.DRAFT,
        shared_to=SharedTo.TOWN,
        title=f"{INTERNAL}草稿",
        theme=f"{INTERNAL}主题",
        body=f"{INTERNAL}正文",
    )
    rehearsal = factories.make_activity(
        space, series=series, is_rehearsal=True, title=f"{INTERNAL}演练"
    )
    session, hidden = factories.make_session(open_one), factories.make_session(draft)
    past_start = utcnow() - dt.timedelta(hours=3)
    past = factories.make_session(open_one, starts_at=past_start)
    signup = factories.make_signup(
        session, member, state=SignupState.PENDING, answers={"why": f"{PRIVATE}报名理由"}
    )
    attended = factories.make_signup(past, member)
    checkin = factories.make_checkin(attended)
    models.Rating.add(
        now=utcnow(),
        space=space,
        session=past,
        checkin=checkin,
        user_id=member.id,
        score=1,
        text=f"{PRIVATE}评语",
    )
    for row in (session, past):
        secret = f"{PRIVATE}随机数"
        models.Draw.add(now=utcnow(), space=space, session=row, secret=secret, commitment="c" * 64)
    missed = factories.make_signup(
        factories.make_session(open_one, starts_at=past_start), member, state=SignupState.NO_SHOW
    )
    mark = models.NoShowMark.add(
        now=utcnow(),
        space=space,
        session=missed.session_id,
        signup=missed,
        user_id=member.id,
        expires_at=utcnow() + dt.timedelta(days=90),
        appeal_state=AppealState.OPEN,
        appeal_text=f"{PRIVATE}申诉",
        appealed_at=utcnow(),
    )
    slot = checkins_codes.slot_of(utcnow(), 20)
    ids |= {
        "activity_id": [str(row.id) for row in (open_one, draft, rehearsal)],
        "session_id": [str(row.id) for row in (session, past, hidden)],
        "signup_id": [str(signup.id), str(attended.id)],
        "checkin_id": [str(checkin.id)],
        "mark_id": [str(mark.id)],
        "venue_id": [str(venue.id)],
        "zone_id": [str(zone.id)],
        "booking_id": [str(_booking(zone, session).id)],
        "series_id": [str(series.id)],
        "project_id": [str(_project(space, series).id)],
        "payload": [checkins_codes.make(hidden.id, hidden.qr_key, slot)],
    }
    return {"activity_id": [str(open_one.id)], "session_id": [str(session.id), str(past.id)]}


def _project(space: models.Space, series: models.Series) -> models.ServiceProject:
    """Keep as a service project what took place a while ago."""
    project = models.ServiceProject.add(
        now=utcnow(), space=space, series=series, name=f"{INTERNAL}项目", notes=f"{INTERNAL}做法"
    )
    held = factories.make_activity(
        space, series=series, state=ActivityState.ENDED, service_project=project
    )
    start = utcnow() - dt.timedelta(days=40)
    factories.make_session(held, starts_at=start, state=SessionState.ENDED)
    return project


def _booking(zone: models.Zone, session: models.Session) -> models.ZoneBooking:
    """Let the Space have the zone for something else while the session goes on."""
    return models.ZoneBooking.add(
        now=utcnow(),
        space=zone.space_id,
        zone=zone,
        for_space=zone.space_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        purpose=f"{INTERNAL}用途",
    )


def _needs(
    space: models.Space,
    category: models.Category,
    member: models.User,
    company: models.Enterprise,
    ids: Ids,
) -> None:
    """Make a need just submitted and one answered and rated, with history of both kinds."""
    words = {
        "category": category,
        "user_id": member.id,
        "enterprise_id": company.id,
        "title": f"{PRIVATE}诉求",
        "body": f"{PRIVATE}内容",
        "staff_summary": f"{PRIVATE}摘要",
        "contact_times": f"{PRIVATE}时间",
    }
    needs = [
        factories.make_need(space, **words),
        factories.make_need(
            space, **words, state=NeedState.ANSWERED, outcome="solved", answered_at=utcnow()
        ),
    ]
    for need in needs:
        for is_public in (True, False):
            models.NeedEvent.create(
                space=space,
                need=need,
                at=utcnow(),
                actor_kind=ActorKind.SYSTEM,
                type="reply",
                is_public=is_public,
                text=f"{PRIVATE}记录",
            )
    models.NeedRating.add(
        now=utcnow(),
        space=space,
        need=needs[1],
        satisfaction=Satisfaction.UNSATISFIED,
        solved=Solved.NO,
        text=f"{PRIVATE}评价",
    )
    ids["need_id"] = [str(need.id) for need in needs]
    ids["category_id"] = [str(category.id)]
    _hands(space, needs[0], ids)


def _hands(space: models.Space, need: models.Need, ids: Ids) -> None:
    """Put a need into a partner's hands, ask days for it and call somebody to it. The town is not
    called: its officer reads what it was called to."""
    body = models.Partner.add(
        now=utcnow(), org_unit=space.org_unit, type="provider", name=f"{INTERNAL}单位"
    )
    base: dict[str, Any] = {"now": utcnow(), "space": space, "need": need}
    sent = models.Dispatch.add(**base, partner=body, role="lead", note=f"{PRIVATE}派单说明")
    asked = models.Extension.add(
        **base, days=2, reason=f"{PRIVATE}延期原因", due_before=need.due_resolve
    )
    called = models.Escalation.add(
        **base, partner=body, reason=f"{PRIVATE}吹哨原因", due_at=need.due_resolve
    )
    text = models.AnswerTemplate.add(
        now=utcnow(), space=space, title=f"{INTERNAL}模板", text=f"{INTERNAL}模板内容"
    )
    ids |= {
        "dispatch_id": [str(sent.id)],
        "extension_id": [str(asked.id)],
        "escalation_id": [str(called.id)],
        "template_id": [str(text.id)],
        "partner_id": [str(body.id)],
        "staff_id": [str(models.Device.get(space=space).staff_id)],
    }


def _clusters(space: models.Space, ids: Ids) -> None:
    """Group a need, and tie it to an activity whose owner may say what they think of it."""
    need_id, activity_id = int(ids["need_id"][0]), int(ids["activity_id"][0])
    base: dict[str, Any] = {"now": utcnow(), "space": space}
    cluster = models.NeedCluster.add(**base, title=f"{INTERNAL}聚类", note=f"{INTERNAL}备注")
    models.Need.update(cluster_id=cluster.id).where(models.Need.id == need_id).execute()
    tie = models.NeedActivityLink.add(
        **base,
        need=need_id,
        activity=activity_id,
        invited_at=utcnow(),
        asked_at=utcnow(),
        came=False,
        comment=f"{PRIVATE}活动之后",
    )
    planned = models.NeedActivityLink.add(
        **base, need=need_id, activity=int(ids["activity_id"][1]), wants_seat=True
    )
    ids |= {"cluster_id": [str(cluster.id)], "link_id": [str(tie.id), str(planned.id)]}


def _file(space: models.Space, member: models.User, disk: Disk, ids: Ids) -> None:
    """Hang a text of the member's on their need."""
    data = f"{PRIVATE}附件".encode()
    file = models.File.create(
        space=space,
        owner_kind=ActorKind.MEMBER,
        owner_id=member.id,
        name=f"{PRIVATE}附件.txt",
        media_type="text/plain",
        size=len(data),
        sha256="0" * 64,
        key=disk.save(data, now=utcnow()),
        subject_type=Subject.NEED,
        subject_id=int(ids["need_id"][0]),
        created_at=utcnow(),
    )
    ids["file_id"] = [str(file.id)]


def _menus(space: models.Space, ids: Ids) -> None:
    """Make a published menu of this month and the draft of its correction."""
    menu = models.Menu.add(now=utcnow(), space=space, month=month_of(utcnow()))
    revisions = [
        models.MenuRevision.add(
            now=utcnow(), space=space, menu=menu, number=1, state=RevisionState.PUBLISHED
        ),
        models.MenuRevision.add(
            now=utcnow(),
            space=space,
            menu=menu,
            number=2,
            title=f"{INTERNAL}菜单",
            foreword=f"{INTERNAL}卷首语",
        ),
    ]
    models.MenuItem.create(
        space=space,
        revision=revisions[1],
        activity=int(ids["activity_id"][0]),
        blurb=f"{INTERNAL}推荐语",
    )
    ids["menu_id"] = ids["revision_id"] = [str(row.id) for row in revisions]


def _messages(space: models.Space, member: models.User, ids: Ids) -> None:
    """Make a message that did not arrive, and a campaign that stopped."""
    message = models.Message.create(
        user_id=member.id,
        space_id=space.id,
        kind="need_answered",
        subject_type="need",
        subject_id=int(ids["need_id"][0]),
        dedupe_key="scope",
        title=f"{PRIVATE}消息",
        body=f"{PRIVATE}消息正文",
        created_at=utcnow(),
    )
    delivery = models.Delivery.add(
        now=utcnow(),
        user_id=member.id,
        message=message,
        kind="need_answered",
        bucket=member.id % 64,
        not_before=utcnow(),
        state=DeliveryState.FAILED_TEMP,
    )
    campaign = models.Campaign.add(
        now=utcnow(),
        space=space,
        kind="menu",
        dedupe_key="scope",
        subject_type="menu",
        subject_id=int(ids["menu_id"][0]),
        title=f"{INTERNAL}群发",
        state=CampaignState.STOPPED,
    )
    ids["message_id"] = [str(message.id)]
    ids["delivery_id"] = [str(delivery.id)]
    ids["campaign_id"] = [str(campaign.id)]


def _visits(space: models.Space, company: models.Enterprise, ids: Ids) -> None:
    """Make a season with a company that was visited and one that is to be."""
    day = day_of(utcnow())
    campaign = models.VisitCampaign.add(
        now=utcnow(),
        space=space,
        kind=VisitKind.RESEARCH,
        year=day.year,
        title=f"{INTERNAL}走访季",
        starts_on=day,
        ends_on=day,
        rule={},
        questions=[
            {"key": "q1", "label": "困难", "kind": "text", "options": [], "required": False}
        ],
    )
    targets = [
        models.VisitTarget.add(
            now=utcnow(), space=space, campaign=campaign, enterprise=each, reasons=[], state=state
        )
        for each, state in (
            (company, TargetState.DONE),
            (factories.make_enterprise(), TargetState.TODO),
        )
    ]
    record = models.VisitRecord.add(
        now=utcnow(),
        space=space,
        campaign=campaign,
        target=targets[0],
        enterprise=company,
        visited_at=utcnow(),
        met=f"{NAME}经理",
        summary=f"{INTERNAL}谈话",
        has_answers=True,
    )
    models.VisitAnswer.create(
        space=space, campaign=campaign, record=record, answers={"q1": f"{INTERNAL}答案"}
    )
    models.VisitNeed.create(space=space, record=record, need=int(ids["need_id"][0]))
    ids["visit_campaign_id"] = [str(campaign.id)]
    ids["visit_target_id"] = [str(target.id) for target in reversed(targets)]
    ids["visit_id"] = [str(record.id)]


def _accounts(space: models.Space, ids: Ids) -> None:
    """Make a colleague who works here, somebody invited, and something a platform admin opened."""
    now = utcnow()
    colleague = factories.make_staff(Role.OPERATOR, space, name=f"{INTERNAL}同事")
    secret = f"invited-to-{space.id}"
    invited = models.Invitation.add(
        now=now,
        secret_hash=token_hash(secret),
        name="受邀者",
        role=Role.SCANNER,
        org_unit=space.org_unit,
        from_on=day_of(now),
        expires_at=now + dt.timedelta(days=7),
    )
    opened = models.BreakGlass.create(
        staff=factories.make_staff(),
        space=space,
        kind="need",
        object_id=int(ids["need_id"][0]),
        reason=f"{INTERNAL}原因",
        opened_at=now,
        until_at=now + dt.timedelta(minutes=30),
    )
    ids["staff_id"].append(str(colleague.id))
    ids |= {
        "grant_id": [str(models.Grant.get(models.Grant.staff == colleague).id)],
        "invitation_id": [str(invited.id)],
        "opening_id": [str(opened.id)],
        "login_id": ["1"],
        "code": ["no-such-code"],
        "object_id": [ids["need_id"][0]],
        "secret": [secret],
    }


def _device(space: models.Space) -> models.Device:
    account = factories.make_staff(Role.KEEPER, space)
    return models.Device.add(
        now=utcnow(),
        staff=account,
        space=space,
        name=f"{INTERNAL}手机",
        key_hash=token_hash(f"device of {space.id}"),
    )


def _screen(space: models.Space, secret: str) -> str:
    screen = checkins_screens.make(space, days=1, actor=SYSTEM, now=utcnow())
    return checkins_screens.link(screen, key=secret)
