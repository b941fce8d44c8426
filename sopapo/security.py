"""Passwords and tokens: who somebody is, and how he proves it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import BoundedSemaphore
from typing import Any, Literal, NamedTuple

import jwt
from passlib.context import CryptContext
from uuid_utils import uuid4

from sopapo import clock
from sopapo.config import Settings
from sopapo.errors import TokenExpired, Unavailable, no_such_token
from sopapo.transport.runtime import off_loop

ALGORITHM = "HS256"
CLAIMS = ["iss", "aud", "sub", "sid", "jti", "typ", "exp"]
HASHES_AT_ONCE = 2
HASHES_WAITING = 64
REMEMBERED = 16_384
LONGEST_TOKEN = 4_096
Kind = Literal["access", "refresh"]

# OWASP's minimum for argon2id: 19 MiB and two passes take about 20 ms of a native thread.
passwords = CryptContext(["argon2"], argon2__memory_cost=19_456, argon2__time_cost=2, argon2__parallelism=1)
hashing = BoundedSemaphore(HASHES_AT_ONCE)
in_line = BoundedSemaphore(HASHES_WAITING)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a user in one of his sessions, until his token ends, on a socket where there is one."""

    user_id: str
    session_id: str
    expires_at: int
    socket: str | None = None


@contextmanager
def hashing_turn() -> Iterator[None]:
    """Let few hash at once, so that a storm of log-ins leaves the processor to the messages."""
    if not in_line.acquire(blocking=False):
        message = "too many are logging in at this moment"
        raise Unavailable(message, retry_after=2)
    try:
        with hashing:
            yield
    finally:
        in_line.release()


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password, made off the loop."""
    with hashing_turn():
        return str(off_loop(passwords.hash, password))


def check_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Tell whether the password is right, and give a better hash where the stored one is outdated.

    Without a hash, for a user who does not exist or has no password, it takes the same time and is wrong.
    """
    known = password_hash if password_hash and passwords.identify(password_hash) else None
    with hashing_turn():
        right, better = off_loop(passwords.verify_and_update, password, known or nobodys_hash())
    return (right, better) if known else (False, None)


@cache
def nobodys_hash() -> str:
    """Return the hash of a password that nobody has."""
    return str(passwords.hash(str(uuid4())))


class Claims(NamedTuple):
    """What a token says, under its names: whose it is, of which session, what it is called, until which second."""

    sub: str
    sid: str
    jti: str
    exp: int


class Tokens:
    """Makes and reads tokens; each names its key, so that keys can be changed while old tokens live on."""

    def __init__(self, settings: Settings) -> None:
        """Sign with the current key, and read what the old ones have signed."""
        keys = (settings.jwt_secret_key, *settings.jwt_old_secret_keys)
        self.keys = {key_id(key): key for key in reversed(keys)}
        self.signing_key = settings.jwt_secret_key
        self.issuer = settings.issuer
        self.access_seconds = settings.access_token_seconds
        self.refresh_seconds = settings.refresh_token_days * 86_400
        # A signature that held once holds for ever, and the same token comes again with each request and connection.
        self.verified = lru_cache(maxsize=REMEMBERED)(self.verify)

    def make(self, kind: Kind, user_id: str, session_id: str, **claims: Any) -> str:
        """Return a token; `jti` and `exp` (seconds since 1970) may be given."""
        seconds = self.access_seconds if kind == "access" else self.refresh_seconds
        payload = {
            "iss": self.issuer,
            "aud": self.audience(kind),
            "sub": user_id,
            "sid": session_id,
            "jti": str(uuid4()),
            "typ": kind,
            "exp": clock.now() // 1000 + seconds,
        } | claims
        return jwt.encode(payload, self.signing_key, ALGORITHM, headers={"kid": key_id(self.signing_key)})

    def read(self, kind: Kind, token: str) -> Claims:
        """Return the claims of a token of ours of that kind. Raises TokenExpired or Unauthenticated."""
        claims = self.verified(kind, token)
        if claims.exp * 1000 <= clock.now():
            raise TokenExpired("the token has expired")
        return claims

    def verify(self, kind: Kind, token: str) -> Claims:
        """Look whether a token is signed by us and says what it must. Raises TokenExpired or Unauthenticated."""
        if len(token) > LONGEST_TOKEN:
            raise no_such_token()
        try:
            key = self.keys[jwt.get_unverified_header(token).get("kid", "")]
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self.issuer,
                audience=self.audience(kind),
                options={"require": CLAIMS},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired("the token has expired") from None
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise no_such_token() from None
        if claims["typ"] != kind:
            raise no_such_token()
        return Claims(claims["sub"], claims["sid"], claims["jti"], claims["exp"])

    def audience(self, kind: Kind) -> str:
        """Return whom a token is for."""
        return f"{self.issuer}:{kind}"


def key_id(key: str) -> str:
    """Return the public name of a secret key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]
