"""A bot that answers "oi" and "!hora": python bot.py URL USERNAME PASSWORD ROOM [register]."""

import sys
from contextlib import suppress
from queue import Queue
from time import strftime
from uuid import UUID, uuid5

import socketio

ANSWERS = {"oi": "Oi! Escreva !hora e eu digo as horas.", "!hora": "Agora são %H:%M."}
url, username, password, room, *register = sys.argv[1:]
sio, news, held = socketio.Client(), Queue[str](), dict[str, int]()
sio.on("connect", lambda: news.put("connect"))
sio.on("*", lambda event, *_: news.put(event))
sio.connect(url, retry=True)
while event := news.get():  # whatever it is, sync tells what is new: for a bot, a push is but a hint
    with suppress(socketio.exceptions.SocketIOError):  # cut off: the next "connect" takes it up again
        if event in {"connect", "token_expired"}:
            for verb in (*register, "login"):
                sio.call(verb, {"username": username, "password": password}, timeout=9)
            sio.call("join_room", {"room": room}, timeout=9)
        for entry in sio.call("sync", {"rooms": held}, timeout=9).get("rooms", []):
            for message in entry["messages"]:
                if text := strftime(ANSWERS.get((message["text"] or "").lower(), "")):
                    name = str(uuid5(UUID(message["room"]), str(message["seq"])))  # one question, one answer
                    sio.call("send_message", {"room": message["room"], "client_id": name, "text": text}, timeout=9)
            held[entry["room"]["id"]] = entry["rev"]
            if entry["more"]:
                news.put("more")
