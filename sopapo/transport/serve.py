"""Serving an application from the first socket to SIGTERM."""

import gc
import logging
import resource
import signal
import socket
from collections.abc import Callable
from functools import partial

import eventlet
from eventlet import wsgi
from flask import Flask

from sopapo.transport.engine import detach
from sopapo.transport.http import HttpProtocol, WsgiLog
from sopapo.transport.options import TransportOptions
from sopapo.transport.reception import Reception
from sopapo.transport.transport import Transport

log = logging.getLogger(__name__)

SOON = 0.02
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(
    app: Flask, host: str, port: int, options: TransportOptions, *, listening: Callable[[], object] = lambda: None
) -> None:
    """Serve an application until SIGTERM or SIGINT, then end its connections and return; `listening` is called once."""
    transport: Transport = app.extensions["sopapo.transport"]
    raise_descriptor_limit()
    pass_over_what_stays()
    pool = eventlet.GreenPool(options.max_connections)
    reception = Reception(listen(host, port, options.backlog), transport, options, pool.running)
    server = eventlet.spawn(
        wsgi.server,
        reception,
        app,
        log=WsgiLog(),
        custom_pool=pool,
        protocol=partial(HttpProtocol, options),
        keepalive=options.idle_seconds,
        socket_timeout=options.body_seconds,
        debug=False,
    )
    log.info("listening on %s", reception.getsockname())
    listening()
    wait_for_signal()
    log.info("stopping")
    server.kill()
    reception.close()
    transport.stop()
    with eventlet.Timeout(options.stop_seconds, False):  # noqa: FBT003 - eventlet's way to ask for no exception
        while pool.running() or transport.carried:
            eventlet.sleep(SOON)


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """Return a listening socket whose clients get every packet without delay."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind(address)
    sock.listen(backlog)
    return detach(sock)


def raise_descriptor_limit() -> None:
    """Let this process open as many sockets as it may."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pass_over_what_stays() -> None:
    """Let the garbage collector, which stops everybody, not look again and again at what is there from the start."""
    gc.collect()
    gc.freeze()


def wait_for_signal() -> None:
    """Wait until the process is asked to stop; a second signal then ends it at once."""
    heard, told = socket.socketpair()
    told.setblocking(False)  # noqa: FBT003 - the standard library's signature
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(told.fileno())
    heard.recv(1)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
