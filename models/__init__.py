"""The tables, by noun: columns, constraints and relationships, and nothing of the application."""

from models.audit import Audit
from models.base import Base, db
from models.block import Block
from models.edit import Edit
from models.file import Attachment, File
from models.hiding import Hiding
from models.invite import Invite
from models.mark import Mark
from models.member import Member
from models.message import Message
from models.poll import Poll
from models.presence import Presence, Process
from models.reaction import Reaction
from models.report import Report
from models.room import Room
from models.scheduled import Scheduled, ScheduledFile
from models.session import Session
from models.star import Star
from models.user import User
from models.vote import Vote

__all__ = [
    "Attachment",
    "Audit",
    "Base",
    "Block",
    "Edit",
    "File",
    "Hiding",
    "Invite",
    "Mark",
    "Member",
    "Message",
    "Poll",
    "Presence",
    "Process",
    "Reaction",
    "Report",
    "Room",
    "Scheduled",
    "ScheduledFile",
    "Session",
    "Star",
    "User",
    "Vote",
    "db",
]
