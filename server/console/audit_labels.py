"""How the trail reads in Chinese: each act a phrase, each fact a word."""

import datetime as dt
from typing import Any, Final

from server.clock import SHANGHAI

WORDS: Final = {
    "activities": "活动", "sessions": "场次", "seats": "名额", "menus": "菜单", "signups": "报名",
    "checkins": "签到", "needs": "诉求", "clusters": "共性诉求", "visits": "走访",
    "meetings": "联席会议", "tasks": "会议任务", "resources": "资源与专家",
    "enterprises": "企业", "spaces": "空间", "venues": "场地", "zones": "场地预约",
    "notifications": "消息", "users": "会员", "staff": "人员与授权", "audit": "审计",
    "calendar": "工作日历", "statistics": "统计", "exports": "导出", "settings": "设置",
    "surveys": "问卷", "cases": "案例", "jobs": "定时任务", "files": "文件",
}  # fmt: skip

_VERBS: Final = {
    "add": "新增", "create": "新增", "edit": "修改", "change": "修改", "draft": "起草",
    "publish": "发布", "cancel": "取消", "archive": "归档", "duplicate": "复制", "close": "停用",
    "export": "导出", "import": "导入", "import_done": "完成导入", "merge": "合并",
    "undo_merge": "撤销合并", "verify": "核实", "refuse": "不予通过", "link": "关联",
    "unlink": "取消关联", "plan": "安排", "hold": "召开", "minute": "记录纪要",
    "resolve": "写入决议", "finish": "完成", "drop": "取消", "reopen": "重新打开", "use": "登记使用",
    "void_use": "作废使用记录", "void": "作废", "pause": "暂停", "resume": "恢复",
    "resend": "重发", "grant": "授权", "revoke": "收回", "book": "预约", "share": "共享",
    "correct": "更正名额", "capacity": "调整名额", "appeal": "处理申诉", "decide": "审核",
    "draw": "抽签", "record": "记录", "mark": "标记", "assign": "分配", "fill": "补齐名单",
    "erase": "注销", "result": "填写成效", "adopt": "采用", "promote": "立为服务项目",
    "edit_project": "修改服务项目", "add_materials": "上传资料", "remove_material": "删除资料",
    "delete": "删除", "request": "申请", "download": "下载", "approve": "批准", "reject": "驳回",
}  # fmt: skip

_ACTS: Final = {
    "calendar.seed_year": "载入全年节假日", "calendar.set_day": "调整工作日", "calendar.set_days": "更新工作日历",
    "checkins.check_out": "登记离场", "checkins.count_guests": "登记来宾人数",
    "checkins.enter_late": "补录签到", "checkins.go_beyond": "超员放行",
    "checkins.make_screen": "生成大屏链接", "checkins.new_key": "更换签到码",
    "checkins.recount": "更正随行人数", "checkins.revoke_screen": "停用大屏链接",
    "checkins.settle": "处理可疑签到", "checkins.snapshot": "带走名单",
    "checkins.sync": "上传离线签到", "clusters.put_in": "归入共性诉求",
    "clusters.take_out": "移出共性诉求", "enterprises.note_care": "记录关怀",
    "enterprises.tell_apart": "确认不是同一家", "meetings.draft_agenda": "生成议程",
    "meetings.edit_agenda": "修改议程", "meetings.reword": "修改决议措辞",
    "needs.add_category": "新增诉求类别",
    "needs.change_category": "修改诉求类别", "needs.submit_on_behalf": "代提诉求",
    "needs.verdict": "回看诉求办理", "needs.write_template": "修改答复模板",
    "needs.triage": "受理诉求", "needs.dispatch": "派单", "needs.return": "退回诉求",
    "needs.reply": "回复诉求", "needs.note": "写内部备注", "needs.request_info": "请补充材料",
    "needs.answer": "答复诉求", "needs.accept": "接单", "needs.assist": "协办诉求",
    "needs.done": "报告办结", "needs.extend": "延期", "needs.uphold": "维持答复",
    "needs.revisit": "重新办理诉求", "needs.escalate": "上报诉求", "needs.resolve": "办结诉求",
    "spaces.add_building": "新增楼宇", "spaces.add_space": "新增空间", "spaces.add_unit": "新增单位",
    "spaces.add_venue": "新增场地", "spaces.add_zone": "新增功能区",
    "spaces.change_building": "修改楼宇", "spaces.change_profile": "修改空间资料",
    "spaces.change_venue": "修改场地", "spaces.change_zone": "修改功能区",
    "activities.add_series": "新增活动系列", "activities.change_series": "修改活动系列",
    "staff.add_device": "登记签到设备",
    "staff.bind": "绑定微信", "staff.change_password": "修改密码", "staff.close": "停用账号",
    "staff.create": "新增账号", "staff.drop_factor": "取消两步验证", "staff.end_login": "退出一处登录",
    "staff.grant": "授予职责", "staff.hand_over": "掌门人交接", "staff.invite": "邀请同事",
    "staff.offer_password": "生成重设密码链接", "staff.pass_on": "移交未了事项",
    "staff.revoke": "收回职责", "staff.revoke_device": "停用签到设备",
    "staff.revoke_invitation": "撤回邀请", "staff.set_up_factor": "启用两步验证",
    "staff.take_up": "接受邀请", "statistics.enter_baseline": "填报基数",
    "statistics.verify_baseline": "核对基数", "users.revoke_data": "按微信要求删除资料",
    "surveys.close": "结束问卷", "cases.withdraw": "撤回案例",
    "visits.add_target": "加入走访名单", "visits.remove_target": "移出走访名单",
    "audit.break_glass": "应急查看", "audit.look": "打开应急查看的内容",
    "visits.set_questions": "修改走访提问", "needs.check": "内容检查",
    "needs.ask_extension": "申请延期",
}  # fmt: skip

_FACTS: Final = {
    "state": "状态", "role": "职责", "login": "登录名", "from": "由", "to": "到", "name": "名称",
    "title": "标题", "due_on": "期限", "from_on": "起始日", "duties": "移交件数",
    "capacity": "名额", "seats_taken": "已占名额", "party_present": "随行到场", "guests": "来宾",
    "flags": "疑点", "month": "月份", "number": "版次", "rows": "行数", "added": "新增",
    "year": "年份", "targets": "企业数", "assignee": "负责人", "enterprise": "企业",
    "active": "启用", "user": "会员编号", "wiped": "删除的资料", "method": "方式",
    "agent": "浏览器", "kind": "种类", "until": "到期", "result": "成效", "address": "地址",
    "color": "颜色", "icon": "标志", "mode": "参加方式", "order": "排序", "subtitle": "副标题",
    "code": "代码", "intro": "介绍", "supervisor": "主管单位", "opening_hours": "开放时间",
    "five_goals": "五个目标", "milestones": "大事记", "founded_on": "揭牌日期", "phone": "电话",
    "purpose": "用途", "floor": "楼层", "area_m2": "面积", "days": "日期", "source": "来源",
    "reach": "公开范围", "is_named": "含姓名或企业名",
}  # fmt: skip


def act(action: str) -> str:
    """Return what was done, as a phrase."""
    if action in _ACTS:
        return _ACTS[action]
    word, _, verb = action.partition(".")
    return f"{_VERBS.get(verb, '处理')}{WORDS.get(word, '其他事项')}"


def is_known(action: str) -> bool:
    """Say whether the act has a phrase of its own."""
    word, _, verb = action.partition(".")
    return action in _ACTS or (word in WORDS and verb in _VERBS)


def fact(name: str) -> str:
    """Return what a fact is called; one without a word keeps its name."""
    return _FACTS.get(name, name)


def told(value: Any) -> str:
    """Return a value as people read it."""
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(each) for each in value) or "空"
    if isinstance(value, str) and len(value) >= 20 and value[10] == "T":
        return _moment(value)
    return str(value)[:120]


def _moment(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
