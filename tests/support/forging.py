"""Tokens that the server has not made, signed with its key."""

from typing import Any

import jwt

from tests.support.server import JWT_KEY


def signed(token: str, key: str = JWT_KEY, algorithm: str = "HS256", **changes: Any) -> str:
    """Return a token with some claims changed (None takes one away), signed anew."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers={"kid": jwt.get_unverified_header(token)["kid"]})
