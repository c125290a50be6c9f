"""The timetable as data: what runs, when, and the one service each job calls."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from server.clock import SHANGHAI, at_shanghai, day_of, iso
from server.context import Resources, links_of
from server.jobs import notifications_pushes as pushes
from server.services import (
    activities,
    calendar,
    checkins_reminders,
    enterprises_batches,
    exports,
    files_checks,
    files_retention,
    jobs_retention,
    meetings_reminders,
    menus_reminders,
    needs_clock,
    needs_reminders,
    needs_texts,
    needs_verdicts,
    signups_draws,
    signups_recount,
    signups_reminders,
    signups_rounds,
    statistics_closes,
    surveys,
    surveys_pulses,
)
from server.services.audit import SYSTEM
from server.services.files_disk import Disk
from server.services.notifications import campaigns, outbox, outcomes


class When(Protocol):
    """When a job is due. `slot` names the turn that is due now; None: none yet."""

    def slot(self, now: dt.datetime) -> str | None: ...

    def next(self, now: dt.datetime) -> dt.datetime:
        """Return when the turn after the present one begins."""
        ...


@dataclass(frozen=True)
class Every:
    """Every so many minutes."""

    minutes: int

    def slot(self, now: dt.datetime) -> str:
        seconds = self.minutes * 60
        return iso(dt.datetime.fromtimestamp(now.timestamp() // seconds * seconds, dt.UTC))

    def next(self, now: dt.datetime) -> dt.datetime:
        seconds = self.minutes * 60
        return dt.datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, dt.UTC)


@dataclass(frozen=True)
class Daily:
    """Once a Shanghai day, from a time of the wall clock on."""

    at: dt.time

    def slot(self, now: dt.datetime) -> str | None:
        local = now.astimezone(SHANGHAI)
        return local.date().isoformat() if local.time() >= self.at else None

    def next(self, now: dt.datetime) -> dt.datetime:
        today = day_of(now)
        is_over = now >= at_shanghai(today, self.at)
        return at_shanghai(today + dt.timedelta(days=1) if is_over else today, self.at)


@dataclass(frozen=True)
class Job:
    """A line of the timetable: `title` is what staff read, `run` returns what to write down."""

    name: str
    title: str
    when: When
    run: Callable[[Resources, dt.datetime], object]


def _check_pictures(it: Resources, now: dt.datetime) -> int:
    links, base_url = links_of(it.config), it.config.server.public_url
    return files_checks.ask(it.wechat, it.vault, links, base_url=base_url, now=now)


def _purge_files(it: Resources, now: dt.datetime) -> dict[str, int]:
    disk = Disk(it.config.files_dir)
    return files_retention.purge(disk, keep_days=it.config.files.keep_days, now=now)


TIMETABLE: Final = (
    Job("recover_outbox", "接着发没发完的提醒", Every(1), lambda _, now: outbox.recover(now=now)),
    Job(
        "give_up_unknown",
        "结清微信没有回音的提醒",
        Every(1),
        lambda _, now: outcomes.give_up_unknown(now=now),
    ),
    Job("finish_campaigns", "收尾已发完的推送", Every(1), lambda _, now: campaigns.finish(now=now)),
    Job(
        "settle_cancelled",
        "收回已取消的推送",
        Every(1),
        lambda _, now: campaigns.settle_cancelled(now=now),
    ),
    Job(
        "work_off_pushes",
        "处理微信推来的通知",
        Every(1),
        lambda it, now: pushes.work_off(it, now=now),
    ),
    Job(
        "expire_offers",
        "候补逾期未确认，让给下一位",
        Every(1),
        lambda _, now: signups_rounds.expire_offers(now),
    ),
    Job("draw_lotteries", "到时间的抽签", Every(1), lambda _, now: signups_draws.draw_due(now)),
    Job("remind", "活动开始前提醒", Every(10), lambda _, now: signups_reminders.remind(now)),
    Job(
        "ask_for_ratings",
        "请到场的人评价活动",
        Every(10),
        lambda _, now: checkins_reminders.ask_for_ratings(now=now),
    ),
    Job(
        "ask_for_verdicts",
        "问提诉求的人：活动之后问题解决了吗",
        Every(10),
        lambda _, now: needs_verdicts.ask(now=now),
    ),
    Job("finish_past", "结束已过时间的场次", Every(5), lambda _, now: activities.finish_past(now)),
    Job("mark_no_shows", "登记未到场", Every(10), lambda _, now: signups_rounds.mark_no_shows(now)),
    Job(
        "recheck_texts",
        "复查文字内容",
        Every(5),
        lambda it, now: needs_texts.recheck_texts(it.wechat, it.vault, now=now),
    ),
    Job(
        "import_enterprises",
        "继续导入企业名单",
        Every(1),
        lambda _, now: enterprises_batches.go_on(now=now),
    ),
    Job(
        "make_exports",
        "写好排队的导出，删除到期的文件",
        Every(1),
        lambda it, now: exports.go_on(it.vault, now=now),
    ),
    Job("check_pictures", "检查图片内容", Every(1), _check_pictures),
    Job("purge_files", "清理不再使用的附件", Every(60), _purge_files),
    Job(
        "auto_close_needs",
        "关闭久未评价的诉求",
        Every(60),
        lambda _, now: needs_clock.auto_close(now=now),
    ),
    Job(
        "remind_of_needs",
        "提醒快到期和逾期的诉求",
        Every(10),
        lambda _, now: needs_reminders.remind_staff(now=now),
    ),
    Job(
        "ask_about_answers",
        "再问一次诉求答复是否满意",
        Every(30),
        lambda _, now: needs_reminders.ask_again(now=now),
    ),
    Job(
        "recompute_promises",
        "按工作日历核对诉求期限",
        Daily(dt.time(2, 50)),
        lambda _, now: calendar.recompute(SYSTEM, now=now),
    ),
    Job(
        "remind_keepers",
        "提醒掌门人发布下月菜单",
        Daily(dt.time(9, 30)),
        lambda _, now: menus_reminders.remind_keepers(now=now),
    ),
    Job(
        "remind_owners",
        "提醒联席会议任务的负责人",
        Daily(dt.time(9, 40)),
        lambda _, now: meetings_reminders.remind_owners(now=now),
    ),
    Job(
        "keep_surveys",
        "发出到日子的问卷，结束到期的问卷",
        Daily(dt.time(9, 0)),
        lambda _, now: surveys.keep_time(now=now),
    ),
    Job(
        "begin_pulses",
        "每半年一次的归属感两问",
        Daily(dt.time(9, 5)),
        lambda _, now: surveys_pulses.begin(now=now),
    ),
    Job(
        "close_months",
        "月结上个月的统计（第 5 个工作日）",
        Every(60),
        lambda _, now: statistics_closes.close(now=now),
    ),
    Job(
        "restate_months",
        "核对已月结的统计，登记更正",
        Daily(dt.time(4, 20)),
        lambda _, now: statistics_closes.restate(now=now),
    ),
    Job(
        "check_seats",
        "核对名额",
        Daily(dt.time(3, 10)),
        lambda _, now: signups_recount.correct(now=now),
    ),
    Job(
        "purge",
        "清理到期的记录",
        Daily(dt.time(3, 30)),
        lambda _, now: jobs_retention.purge(now=now),
    ),
)


@dataclass(frozen=True)
class Turn:
    """When a job of the timetable comes next."""

    name: str
    title: str
    next_at: dt.datetime


def turns(now: dt.datetime) -> list[Turn]:
    """Return the timetable with the next turn of each job."""
    return [Turn(job.name, job.title, job.when.next(now)) for job in TIMETABLE]
