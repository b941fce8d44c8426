"""SóPapo: a chat server.

config.py        every setting, its type, default and environment variable
errors.py        the tree of outcomes a client can act on
schemas/         what crosses the wire, in and out, by noun
security.py      passwords and tokens, and the Identity that they prove
database.py      how the database is reached
storage.py       where the bytes of files live
media/           what files are, told from their bytes
driver.py        SQLite's driver itself, where that is worth it
question.py      what the database is asked all the time
transaction.py   commit, then tell
gates.py         the turns of those who change a room
sockets.py       the channels of users, sessions and rooms, and the sockets of this process in them
relay.py         the other processes, through Redis
outbox.py        what waits to be told to them, within bounds
bus.py           what is done to sockets, here and there
broadcast.py     one function for each state that clients can hear; the only emit
states.py        rows as clients see them
permissions.py   who may what, as pure functions
gathering.py     what comes within a short time is worked on together
journal.py       the group commit of new messages: the hot path
lane.py          one of its ways to the database
batch.py         one transaction that stores many new messages
draft.py         a new message, before and after it has its numbers
batch_store.py   how a batch is read and written, in batch_sqlite.py and batch_postgres.py
chat/            the use-cases, by noun: the only code that decides
rest/            the HTTP door
transport/       connections and channels on Flask-SocketIO and eventlet
commands/        what the subcommands of server.py do
demo/            the page that shows and teaches all this
"""

from flask import Flask

from sopapo.config import Settings
from sopapo.database import init_database
from sopapo.security import Tokens
from sopapo.storage import init_storage


def create_app(settings: Settings) -> Flask:
    """Return the application without its doors: the database, the tokens and the settings."""
    app = Flask(__name__, static_folder="static", instance_path=str(settings.data_dir.absolute()))
    app.secret_key = settings.secret_key
    app.extensions["sopapo.settings"] = settings
    app.extensions["sopapo.tokens"] = Tokens(settings)
    init_database(app, settings)
    init_storage(app, settings)
    return app
