"""The tables, by noun: columns, constraints and relationships, and nothing of the application."""

from models.base import Base, db
from models.edit import Edit
from models.hiding import Hiding
from models.mark import Mark
from models.member import Member
from models.message import Message
from models.reaction import Reaction
from models.room import Room
from models.session import Session
from models.star import Star
from models.user import User

__all__ = ["Base", "Edit", "Hiding", "Mark", "Member", "Message", "Reaction", "Room", "Session", "Star", "User", "db"]
