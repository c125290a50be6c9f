"""Every table of Xinyi, and the one database handle."""

from pathlib import Path

from models.activities import Activity, Series, ServiceProject, Session
from models.audit import AuditLog
from models.auth import ConsoleLogin, Token
from models.base import BaseModel, Record, db, new_id
from models.calendar import CalendarDay
from models.checkins import Checkin, Rating, ScanLog, Screen
from models.enterprises import (
    Enterprise,
    EnterpriseCare,
    EnterpriseImport,
    EnterpriseImportRow,
    EnterpriseMember,
    EnterpriseMerge,
)
from models.files import File
from models.idempotency import IdempotencyKey
from models.jobs import JobRun
from models.meetings import AgendaItem, JointMeeting, Resolution, Task
from models.menus import Menu, MenuItem, MenuRevision
from models.needs import Category, Need, NeedCounter, NeedEvent, NeedRating
from models.needs_clusters import NeedActivityLink, NeedCluster
from models.notifications import Campaign, Delivery, Message, PushEvent, Wallet, WalletEntry
from models.resources import Expert, Partner, Resource, ResourceUse
from models.signups import Draw, NoShowMark, Signup
from models.spaces import Building, OrgUnit, Space, SpaceBuilding, Venue, Zone
from models.spaces_zones import ZoneBooking
from models.staff import Device, Grant, Staff
from models.statistics import Restatement
from models.users import User, UserOpenid
from models.visits import (
    VisitAnswer,
    VisitCampaign,
    VisitNeed,
    VisitRecord,
    VisitTarget,
    VisitVerdict,
)

MIGRATIONS = Path(__file__).parent / "migrations"

TABLES = (
    OrgUnit,
    Space,
    Building,
    SpaceBuilding,
    Venue,
    Zone,
    Enterprise,
    EnterpriseMember,
    User,
    UserOpenid,
    Token,
    Staff,
    Grant,
    Device,
    ConsoleLogin,
    Series,
    ServiceProject,
    Activity,
    Session,
    ZoneBooking,
    Draw,
    Signup,
    NoShowMark,
    Checkin,
    ScanLog,
    Screen,
    Rating,
    Menu,
    MenuRevision,
    MenuItem,
    Wallet,
    WalletEntry,
    Campaign,
    Message,
    Delivery,
    PushEvent,
    Category,
    Need,
    NeedEvent,
    NeedRating,
    NeedCounter,
    NeedCluster,
    NeedActivityLink,
    Partner,
    Expert,
    Resource,
    ResourceUse,
    JointMeeting,
    Resolution,
    Task,
    AgendaItem,
    VisitCampaign,
    VisitTarget,
    VisitRecord,
    VisitAnswer,
    VisitNeed,
    VisitVerdict,
    File,
    CalendarDay,
    AuditLog,
    JobRun,
    IdempotencyKey,
    EnterpriseMerge,
    EnterpriseCare,
    EnterpriseImport,
    EnterpriseImportRow,
    Restatement,
)

__all__ = [
    "MIGRATIONS",
    "TABLES",
    "Activity",
    "AgendaItem",
    "AuditLog",
    "BaseModel",
    "Building",
    "CalendarDay",
    "Campaign",
    "Category",
    "Checkin",
    "ConsoleLogin",
    "Delivery",
    "Device",
    "Draw",
    "Enterprise",
    "EnterpriseCare",
    "EnterpriseImport",
    "EnterpriseImportRow",
    "EnterpriseMember",
    "EnterpriseMerge",
    "Expert",
    "File",
    "Grant",
    "IdempotencyKey",
    "JobRun",
    "JointMeeting",
    "Menu",
    "MenuItem",
    "MenuRevision",
    "Message",
    "Need",
    "NeedActivityLink",
    "NeedCluster",
    "NeedCounter",
    "NeedEvent",
    "NeedRating",
    "NoShowMark",
    "OrgUnit",
    "Partner",
    "PushEvent",
    "Rating",
    "Record",
    "Resolution",
    "Resource",
    "ResourceUse",
    "Restatement",
    "ScanLog",
    "Screen",
    "Series",
    "ServiceProject",
    "Session",
    "Signup",
    "Space",
    "SpaceBuilding",
    "Staff",
    "Task",
    "Token",
    "User",
    "UserOpenid",
    "Venue",
    "VisitAnswer",
    "VisitCampaign",
    "VisitNeed",
    "VisitRecord",
    "VisitTarget",
    "VisitVerdict",
    "Wallet",
    "WalletEntry",
    "Zone",
    "ZoneBooking",
    "db",
    "new_id",
]
