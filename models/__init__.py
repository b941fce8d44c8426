"""The tables, by noun: columns, constraints and relationships, and nothing of the application."""

from models.base import Base, db
from models.member import Member
from models.message import Message
from models.room import Room
from models.session import Session
from models.user import User

__all__ = ["Base", "Member", "Message", "Room", "Session", "User", "db"]
