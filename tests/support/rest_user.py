"""A client of the HTTP door."""

from typing import Any

import requests

from tests.support.refusal import STATUS, Refusal

Json = dict[str, Any]
PATIENCE = 15


class RestUser:
    """Requests with one person's token; every error that comes back is held against RFC 9457."""

    def __init__(self, api: str, token: str | None = None) -> None:
        self.api = api
        self.session = requests.Session()
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Return the response to a request, whatever it says."""
        return self.session.request(method, self.api + path, timeout=PATIENCE, **options)

    def ask(self, method: str, path: str, **options: Any) -> Json:
        """Return the body of a granted request, or raise its Refusal."""
        return result_of(self.send(method, path, **options))

    def get(self, path: str, **query: Any) -> Json:
        """Return what is at `path`, or raise the Refusal."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, **body: Any) -> Json:
        """Post a JSON object and return the result, or raise the Refusal."""
        return self.ask("POST", path, json=body)

    def close(self) -> None:
        """Give the connection back."""
        self.session.close()


def result_of(response: requests.Response) -> Json:
    """Return the body of a granted request, or raise its Refusal."""
    if response.ok:
        if response.status_code == requests.codes.no_content:
            assert response.content == b""
            return {}
        body = response.json()
        assert isinstance(body, dict)
        assert "ok" not in body
        return body
    raise refusal_of(response)


def refusal_of(response: requests.Response) -> Refusal:
    """Return the Refusal in a problem document that is as it must be."""
    assert response.headers["Content-Type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert response.status_code in STATUS[problem["code"]]
    if "retry_after" in problem:
        assert float(response.headers["Retry-After"]) >= 0
    return Refusal(problem, response.text)
