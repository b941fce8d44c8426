"""A process that has imported the server once, and forks where one is wanted: `python -m tests.support.warm HANDLE`.

To import everything takes longer than all else that a server does in most tests. What is forked here runs `server.py`
from its first line to its exit all the same, with the arguments, environment, folder and files that it is given.
"""

# ruff: noqa: E402 - eventlet patches before what is to be warm is imported

import gc
import json
import os
import runpy
import signal
import sys
from os import fork, waitpid
from select import select
from socket import recv_fds, socket
from typing import Any

import eventlet

eventlet.monkey_patch()

import sopapo.commands  # noqa: F401

Order = dict[str, Any]

MOST = 65_536


def next_order(control: socket) -> Order:
    """Return, in a process of its own each time, what is wanted; ends with whoever holds the other end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        given, handles, _, _ = recv_fds(control, 1, 4)
        if not given:
            os._exit(0)
        if fork() == 0:
            control.close()
            return guarded(*handles)
        for handle in handles:
            os.close(handle)


def guarded(wire_handle: int, *files: int) -> Order:
    """Return the order in one more process; stay behind to say how it ended, or to end it when nobody listens."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    wire = socket(fileno=wire_handle)
    order: Order = json.loads(wire.recv(MOST))
    ended, running = os.pipe()
    pid = fork()
    if pid == 0:
        wire.close()
        os.close(ended)
        return dressed(order, files)
    for handle in (running, *files):
        os.close(handle)
    watch(wire, pid, ended)
    os._exit(0)


def dressed(order: Order, files: tuple[int, ...]) -> Order:
    """Put on what the order says, as a new process would find it."""
    for number, handle in enumerate(files):
        os.dup2(handle, number)
        os.close(handle)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = [order["script"] or order["module"], *order["words"]]
    return order


def watch(wire: socket, pid: int, ended: int) -> None:
    """Say the number and then the status of a process; end it when the other end of the wire is closed."""
    wire.sendall(f"{pid}\n".encode())
    ready, _, _ = select([ended, wire.fileno()], [], [])
    if ended not in ready:
        os.kill(pid, signal.SIGKILL)
    _, status = waitpid(pid, 0)
    if ended in ready:
        wire.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    gc.freeze()
    wanted = next_order(socket(fileno=int(sys.argv[1])))
    if not wanted["script"]:
        runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(wanted["script"], run_name="__main__")
