"""From which web pages a browser may connect."""

from collections.abc import Mapping, Sequence


def is_allowed(origin: str | None, environ: Mapping[str, object], allowed: Sequence[str]) -> bool:
    """Tell whether a page of this origin may connect; what sends no origin is no browser, and may."""
    if not origin or "*" in allowed or origin in allowed:
        return True
    return origin == f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"
