"""Finding messages; what one may not read is no part of the query."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Select, column, exists, func, or_, select, table, text

from models import Attachment, File, Member, Message, db
from sopapo.batch_sql import INDEX_WORDS
from sopapo.chat.access import read_room
from sopapo.chat.browsing import browse
from sopapo.chat.people import mentioned_users
from sopapo.chat.snippets import snippet_of
from sopapo.chat.visible import is_message_for, messages_for
from sopapo.chat.word_index import fts5_query, rough_tsquery, tsquery
from sopapo.chat.wording import LINK, Term, terms_of
from sopapo.clock import moment_of
from sopapo.database import is_sqlite
from sopapo.schemas.search import FoundMessage, FoundMessages, Search
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction

# How many of the newest messages PostgreSQL looks through before it asks its index; the second time only where the
# first has found any.
WALKS = (4000, 48_000)
# One comparison tells of most messages that they do not hold a word, in which of its many forms ever. Operators would
# make the planner ask the index, functions do not.
WALKED = (
    "ts_match_vq(messages.words, CAST(:roughly AS tsquery)) AND ts_match_vq(messages.words, CAST(:match AS tsquery))"
)
INDEXED = "messages.words @@ CAST(:match AS tsquery)"
LINKS = ("http://", "https://")

words = table("message_words", column("rowid"))
BEHIND = text("SELECT EXISTS (SELECT 1 FROM messages WHERE id > (SELECT upto FROM words_upto))")


def search(caller: Identity, body: Search) -> FoundMessages:
    """Return a page of messages that hold all that is looked for, the newest first.

    Raises Invalid, and NotFound and Forbidden for a room that the caller may not read.
    """
    terms = [] if body.q is None else terms_of(body.q)
    index_words()
    room_ids = rooms_of(caller) if body.room is None else [read_room(caller, body.room)[0].id]
    return page_of(find(caller, room_ids, terms, body) if room_ids else [], terms, body.limit)


def index_words() -> None:
    """Put into SQLite's index the few messages that wait for more."""
    if is_sqlite(db.engine) and db.session.scalar(BEHIND):
        with transaction():
            db.session.execute(text(INDEX_WORDS))


def find(caller: Identity, room_ids: list[str], terms: list[Term], body: Search) -> Sequence[Message]:
    """Return one message more than a page has, by the index that knows most of what is looked for."""
    looked_for = [*terms, LINK] if body.has == "link" else terms
    only = [Message.room_id.in_(room_ids), *filters(body)]
    wanted = [Message.deleted_at.is_(None), Message.text.is_not(None), *holds(body)]
    if not looked_for:
        return browse(only, [is_message_for(caller.user_id), *wanted], body)
    query = messages_for(caller.user_id).where(*wanted, *only)
    if body.cursor is not None:
        query = query.where(Message.id < body.cursor)
    if is_sqlite(db.engine):
        return found_by_sqlite(query, fts5_query(looked_for, room_ids), body.limit + 1)
    return found_by_postgresql(query, looked_for, body)


def rooms_of(caller: Identity) -> list[str]:
    """Return the rooms that the caller is in: naming them in the query saves looking at what he may not read."""
    query = select(Member.room_id).where(Member.user_id == caller.user_id, Member.status == "joined")
    return list(db.session.scalars(query))


def filters(body: Search) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a search on the messages alone."""
    if body.sender is not None:
        yield Message.sender_id == body.sender
    if body.before is not None:
        yield Message.created_at < moment_of(body.before)
    if body.after is not None:
        yield Message.created_at >= moment_of(body.after)
    if body.has == "link":
        yield or_(*(func.lower(Message.text).contains(link) for link in LINKS))
    if body.has in ("file", "image"):
        yield Message.files.is_not(None)


def holds(body: Search) -> Iterator[ColumnElement[bool]]:
    """Yield the condition that a message holds a picture, where one is looked for."""
    if body.has == "image":
        held = (Attachment.room_id == Message.room_id) & (Attachment.seq == Message.seq)
        yield exists().where(held, File.id == Attachment.file_id, File.mime.startswith("image/"))


def found_by_sqlite(query: Select[Message], match: str, limit: int) -> Sequence[Message]:
    """Walk down the index of words, which is in the order of the messages."""
    query = query.join(words, words.c.rowid == Message.id).where(text("message_words MATCH :match"))
    return db.session.scalars(query.order_by(words.c.rowid.desc()).limit(limit), {"match": match}).all()


def found_by_postgresql(query: Select[Message], terms: list[Term], body: Search) -> list[Message]:
    """Look through the newest messages, where what is common is found at once, and only then into the index.

    The index has no order: of a common word it would bring all messages, to be put in order. Nobody knows before how
    common a word is in all its forms; how many of the newest hold it tells.
    """
    limit, given = body.limit + 1, {"match": tsquery(terms), "roughly": rough_tsquery(terms)}
    edge = body.cursor or db.session.scalars(select(func.coalesce(func.max(Message.id), 0) + 1)).one()
    found: list[Message] = []
    for many in WALKS:
        walk = query.where(Message.id < edge, Message.id >= edge - many, text(WALKED)).order_by(Message.id.desc())
        found += db.session.scalars(walk.limit(limit - len(found)), given)
        edge -= many
        if len(found) == limit or edge <= 1:
            return found
        if not found:
            break
    query = query.where(Message.id < edge, text(INDEXED))
    # A sum has no index: without it the planner may hope to find enough while it walks down all messages.
    older = query.order_by((Message.id + 0).desc()).limit(limit - len(found))
    return [*found, *db.session.scalars(older, given)]


def page_of(found: Sequence[Message], terms: list[Term], limit: int) -> FoundMessages:
    """Return a page, of which one message more was asked for to know whether there is another."""
    messages = found[:limit]
    return FoundMessages(
        results=[
            FoundMessage(message=message_state(message), snippet=snippet_of(message.text or "", terms))
            for message in messages
        ],
        users=mentioned_users(messages),
        next=messages[-1].id if len(found) > limit else None,
    )
