"""Waiting for PostgreSQL without stopping the loop, and never for ever."""

import psycopg2
from eventlet.hubs import trampoline
from psycopg2 import extensions

from sopapo.transport.runtime import is_green


def bound_waits(connecting: float, waiting: float) -> None:
    """Let every wait for a database end after so many seconds, and give the connection up then.

    libpq's own time-outs do not work where the waiting is done by the loop.
    """

    def wait(connection: extensions.connection) -> None:
        seconds = connecting if connection.status == extensions.STATUS_SETUP else waiting
        away = psycopg2.OperationalError("the database did not answer in time")
        while (state := connection.poll()) != extensions.POLL_OK:
            reading = state == extensions.POLL_READ
            trampoline(connection.fileno(), read=reading, write=not reading, timeout=seconds, timeout_exc=away)

    if is_green():
        extensions.set_wait_callback(wait)
