"""Accounts and sessions."""

from sopapo.chat import accounts, deletion, exporting, people, profiles, sessions
from sopapo.rest.door import Ask, Nothing, Stream, route
from sopapo.schemas.accounts import (
    Authenticated,
    DeleteAccount,
    LoggedIn,
    Login,
    Refresh,
    Register,
    RevokeSession,
    Sessions,
)
from sopapo.schemas.exports import Export
from sopapo.schemas.people import UpdateProfile


@route("POST /auth/register", Register, status=201, strangers=True)
def register(ask: Ask[Register]) -> LoggedIn:
    """Make an account and log in."""
    return accounts.register(ask.device, ask.body).answer


@route("POST /auth/login", Login, strangers=True)
def login(ask: Ask[Login]) -> LoggedIn:
    """Log in by username or e-mail."""
    return accounts.login(ask.device, ask.body).answer


@route("POST /auth/refresh", Refresh, strangers=True)
def refresh(ask: Ask[Refresh]) -> LoggedIn:
    """Exchange a refresh token for new tokens; it works once, and using it again ends its session."""
    return sessions.refresh(ask.body)


@route("POST /auth/logout")
def logout(ask: Ask[Nothing]) -> None:
    """End the session that the access token belongs to, and its sockets."""
    sessions.logout(ask.caller)


@route("GET /me")
def get_me(ask: Ask[Nothing]) -> Authenticated:
    """Return the caller's own account, with its settings."""
    return people.get_me(ask.caller)


@route("PATCH /me", UpdateProfile)
def update_profile(ask: Ask[UpdateProfile]) -> Authenticated:
    """Change what one is called and how one's account behaves."""
    return profiles.update_profile(ask.caller, ask.body)


@route("DELETE /me", DeleteAccount, status=204)
def delete_account(ask: Ask[DeleteAccount]) -> None:
    """Delete one's account for ever; what one has said stays, said by a deleted account."""
    deletion.delete_account(ask.caller, ask.body, lambda: None)


@route("GET /me/export")
def export_account(ask: Ask[Nothing]) -> Stream[Export]:
    """Return all that is the caller's own: account, rooms and what he has said."""
    return Stream(exporting.export_account(ask.caller))


@route("GET /me/sessions")
def list_sessions(ask: Ask[Nothing]) -> Sessions:
    """Return where the caller is logged in."""
    return sessions.list_sessions(ask.caller)


@route("DELETE /me/sessions/{session}", RevokeSession, status=204)
def revoke_session(ask: Ask[RevokeSession]) -> None:
    """End one of the caller's sessions, and its sockets."""
    sessions.revoke_session(ask.caller, ask.body)
