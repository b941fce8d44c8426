"""Accounts and sessions on the wire."""

import unicodedata
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from sopapo.schemas.fields import Id, Length, Line, Name, Request, Text
from sopapo.schemas.states import UserState


def a_username(text: str) -> str:
    """Take letters, digits and `_ . -`, beginning with a letter, in the form NFKC."""
    text = unicodedata.normalize("NFKC", text)
    if not text[:1].isalpha() or not all(char.isalnum() or char in "_.-" for char in text):
        message = "a username has letters, digits, _ . and -, and begins with a letter"
        raise ValueError(message)
    return text


def an_email(text: str) -> str:
    """Take an e-mail address, also of a network that the world cannot reach; lower case is its one form."""
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        message = "not an e-mail address"
        raise ValueError(message) from None
    return found.normalized.lower()


Username = Annotated[Text, AfterValidator(a_username), Length(3, 32)]
Email = Annotated[Line, Length(3, 254), AfterValidator(an_email)]
Password = Annotated[Text, Field(min_length=8, max_length=128)]
Token = Annotated[Text, Field(max_length=4096)]


class Register(Request):
    """Make an account and log in; without a name, people see the username."""

    username: Username
    password: Password
    email: Email | None = None
    name: Name | None = None


class Login(Request):
    """Log in by username or e-mail; `code` is the second factor, where one is set up."""

    username: Annotated[Line, Field(max_length=254)]
    password: Annotated[Text, Field(max_length=1024)]
    code: Annotated[Line, Field(max_length=64)] | None = None


class Authenticate(Request):
    """Become someone on this socket by an access token."""

    token: Token


class Refresh(Request):
    """Exchange a refresh token, which works once, for new tokens."""

    refresh_token: Token


class RevokeSession(Request):
    """End one of the caller's sessions."""

    session: Id


class DeleteAccount(Request):
    """Delete one's account for ever; the password proves that it is oneself who wants it."""

    password: Annotated[Text, Field(max_length=1024)]


class LoggedIn(TypedDict):
    """Who one is now, and the tokens that prove it; `expires_in` in seconds."""

    user: UserState
    access_token: str
    refresh_token: str
    expires_in: int


class Authenticated(TypedDict):
    """Who one is now."""

    user: UserState


class SessionState(TypedDict):
    """A place where the user is logged in."""

    id: str
    created_at: str
    last_used_at: str
    address: str
    agent: str
    current: bool


class Sessions(TypedDict):
    """All places where the user is logged in, the newest use first."""

    sessions: list[SessionState]
