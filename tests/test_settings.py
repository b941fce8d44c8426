"""Settings: what makes no sense stops the start with one clear line, and secrets are looked after."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.support.databases import Postgresql
from tests.support.people import People
from tests.support.process import PROJECT
from tests.support.rest_user import RestUser
from tests.support.server import Server

NONSENSE = {
    "REDIS_URL": ["localhost:6379"],
    "SOPAPO_PORT": ["0", "65536", "http", "-1"],
    "SOPAPO_PING_INTERVAL": ["0", "soon", "-5", "nan"],
    "SOPAPO_ACCESS_TOKEN_SECONDS": ["0", "never", "-1", "1.5"],
    "SOPAPO_RATE_LIMITS": ["maybe", "1"],
    "SOPAPO_ALLOWED_ORIGINS": ["chat.example.org", "https://chat.example.org/path", "ftp://chat.example.org"],
    "SECRET_KEY": ["short", "x" * 31],
    "JWT_SECRET_KEY": ["short", "y" * 31],
}

Alone = Callable[..., Server]


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    """Describe a server on SQLite that is not started."""
    return lambda **settings: Server(tmp_path, settings.pop("DATABASE_URL", None), **settings)


@pytest.mark.parametrize("turn", range(4))
def test_settings_that_make_no_sense_stop_the_start_with_one_line_that_names_them(alone: Alone, turn: int) -> None:
    given = {name: values[turn] for name, values in NONSENSE.items() if turn < len(values)}
    done = alone(**given).command("run", timeout=60)
    assert done.returncode != 0
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert all(name in line for name in given)
    assert not any(value in line for name, value in given.items() if name.endswith("SECRET_KEY"))


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@localhost/chat"])
def test_an_address_that_is_no_database_stops_the_start_with_one_line(alone: Alone, url: str) -> None:
    done = alone(DATABASE_URL=url).command("run", timeout=60)
    assert done.returncode != 0
    assert re.fullmatch(r"[^\n]*DATABASE_URL[^\n]*\n", done.stdout + done.stderr)


def test_a_data_folder_that_cannot_be_made_stops_the_start_with_one_line(alone: Alone, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = alone(SOPAPO_DATA_DIR=str(tmp_path / "file" / "data")).command("run", timeout=60)
    assert done.returncode != 0
    assert re.fullmatch(r"[^\n]*SOPAPO_DATA_DIR[^\n]*\n", done.stdout + done.stderr)


def test_a_start_is_quiet_and_keeps_its_folder_to_itself_and_a_second_one_is_refused_the_port(alone: Alone) -> None:
    server = alone()
    server.cold = True
    server.start()
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    done = server.command("run", "--host", "127.0.0.1", "--port", str(server.port), timeout=60)
    assert done.returncode != 0
    assert f"port {server.port}" in done.stderr
    assert "Traceback" not in done.stderr
    server.stop()
    logged = server.logged().lower()
    assert "serving" in logged
    assert not any(word in logged for word in ("deprecat", "warning", "error"))


def test_secrets_are_made_once_and_readable_by_their_owner_alone(alone: Alone) -> None:
    server = alone(JWT_SECRET_KEY="")
    server.start()
    ana = People(server).register()
    files = {path: path.read_bytes() for path in server.data.iterdir() if "secret" in path.name}
    assert len(files) == 2
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 and len(content) >= 32 for path, content in files.items())
    server.stop()
    server.start()
    assert {path: path.read_bytes() for path in files} == files
    assert RestUser(server.api, ana.token).get("/me")["user"]["id"] == ana.id
    server.stop()


def test_a_secret_that_was_cut_short_is_refused(alone: Alone) -> None:
    server = alone(JWT_SECRET_KEY="")
    server.data.mkdir()
    (server.data / "jwt_secret_key").write_text("short")
    done = server.command("run", timeout=60)
    assert done.returncode != 0
    assert re.fullmatch(r"[^\n]*jwt_secret_key[^\n]*32[^\n]*\n", done.stderr)


def test_keys_can_be_changed_while_old_tokens_live_on(alone: Alone) -> None:
    server = alone().start()
    ana = People(server).register()
    server.stop()
    old = server.environment["JWT_SECRET_KEY"]
    server.settings = {"JWT_SECRET_KEY": "another key that is long enough as well", "JWT_OLD_SECRET_KEYS": old}
    server.start()
    assert RestUser(server.api, ana.token).get("/me")["user"]["id"] == ana.id
    server.stop()
    server.settings = {"JWT_SECRET_KEY": "another key that is long enough as well"}
    server.start()
    assert RestUser(server.api, ana.token).send("GET", "/me").status_code == 401
    server.stop()


def test_the_file_dotenv_is_read_and_the_environment_goes_before_it(alone: Alone, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SOPAPO_ACCESS_TOKEN_SECONDS=77\nSOPAPO_PING_INTERVAL=nonsense\n")
    shown = alone(SOPAPO_PING_INTERVAL="9").command("check").stdout
    assert "SOPAPO_ACCESS_TOKEN_SECONDS = 77" in shown
    assert "SOPAPO_PING_INTERVAL = 9" in shown


def test_every_setting_is_in_the_table_of_the_docs(alone: Alone) -> None:
    server = alone()
    server.command("db", "upgrade")
    named = set(re.findall(r"^setting\s+(\w+)", server.command("check").stdout, re.MULTILINE))
    documented = set(re.findall(r"^\| `(\w+)`", (PROJECT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert named == documented
    assert {*NONSENSE, "DATABASE_URL", "SOPAPO_DATA_DIR", "SOPAPO_HOST"} <= named


def test_the_origins_and_the_ping_interval_are_those_that_were_set(alone: Alone) -> None:
    listed = "https://chat.example.org, https://other.example.org:8443"
    server = alone(SOPAPO_ALLOWED_ORIGINS=listed, SOPAPO_PING_INTERVAL="7").start()
    address = f"{server.url}/socket.io/?EIO=4&transport=polling"
    assert '"pingInterval":7000' in requests.get(address, timeout=5).text
    origins = {"https://chat.example.org": 200, "https://other.example.org:8443": 200, "https://other.example.org": 400}
    for origin, status in origins.items():
        assert requests.get(address, headers={"Origin": origin}, timeout=5).status_code == status, origin
    server.stop()


@pytest.mark.postgresql
def test_an_old_schema_on_postgresql_refuses_the_start_and_names_the_command(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    server = Server(tmp_path, postgresql.cluster.create(f"old_{tmp_path.name}"))
    done = server.command("run", timeout=60)
    assert done.returncode != 0
    assert re.fullmatch(r"[^\n]*python server\.py db upgrade[^\n]*\n", done.stderr)
    assert server.command("db", "upgrade").returncode == 0
    server.start()
    server.stop()


@pytest.mark.postgresql
@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2"])
def test_every_name_of_postgresql_means_the_driver_that_is_here(
    postgresql: Postgresql, tmp_path: Path, scheme: str
) -> None:
    url = postgresql.new_url(tmp_path).replace("postgresql", scheme, 1)
    assert Server(tmp_path, url).command("db", "check").returncode == 0


def test_a_database_that_is_not_there_stops_a_command_with_one_line(alone: Alone) -> None:
    done = alone(DATABASE_URL="postgresql://nobody@127.0.0.1:1/chat").command("run", timeout=30)
    assert done.returncode != 0
    assert re.fullmatch(r"[^\n]*database[^\n]*\n", done.stderr)
