"""Votes in polls: casting them, and seeing who has, where that is told."""

from sqlalchemy import select

from models import Member, Message, Poll, Vote, db
from sopapo import broadcast
from sopapo.chat.access import act_on_message, read_message, refuse_silent
from sopapo.chat.changes import Act, change_message, tell_message
from sopapo.chat.marks import SLACK
from sopapo.chat.people import users_by_id
from sopapo.chat.polls import poll_of
from sopapo.chat.tallies import choices_of, counted, is_closed, options_of
from sopapo.clock import moment_of, now, rfc3339
from sopapo.errors import Forbidden, Gone, Invalid
from sopapo.schemas.messages import MessageChanged
from sopapo.schemas.polls import CastVote, ListVotes, PollVoters, Voter, Voters, Votes
from sopapo.schemas.states import VoteState
from sopapo.security import Identity
from sopapo.states import message_state
from sopapo.transaction import transaction

# Each is an id in every state that is pushed to everybody.
NAMED_AT_MOST = 100
VOTES_AT_MOST = 10_000


def vote(caller: Identity, body: CastVote) -> MessageChanged:
    """Choose options of a poll, others, or none any more. Raises NotFound, Gone, Forbidden and Invalid."""
    with transaction(body.room) as tell:
        room, me, message = act_on_message(caller, body.room, body.seq)
        poll, choices = poll_of(message), choices_of(body.options)
        mine = db.session.get(Vote, (message.id, caller.user_id))
        before = mine.choices if mine else 0
        state = message_state(message)
        if choices != before:
            refuse_vote(me, poll, body.options)
            change_message(room, message)
            put_vote(mine or Vote(message_id=message.id, user_id=caller.user_id), choices)
            message.poll = named(message, counted(poll, before, choices))
            state = tell_message(Act(room, caller, tell), message)
            tell(broadcast.vote, caller.user_id, vote_state(room.id, message.seq, choices), skip=caller.socket)
    return MessageChanged(message=state)


def refuse_vote(me: Member, poll: Poll, options: list[int]) -> None:
    """Raise Gone where a poll is over, Invalid for options that it does not have, and Forbidden for who is silent."""
    if options:
        refuse_silent(me)
    if is_closed(poll):
        raise Gone("the poll is closed")
    if options and options[-1] > len(poll["options"]):
        raise Invalid("the poll has no such option", "options")
    if len(options) > 1 and not poll["multiple"]:
        raise Invalid("only one option may be chosen", "options")


def put_vote(mine: Vote, choices: int) -> None:
    """Keep what somebody has chosen in the place of what he had."""
    mine.choices, mine.voted_at = choices, now()
    db.session.add(mine)
    db.session.flush()


def named(message: Message, poll: Poll) -> Poll:
    """Return a poll that names its voters, in the order in which they chose, where that is told and they are few."""
    poll["voters"] = None
    if poll["anonymous"] or sum(poll["votes"]) > NAMED_AT_MOST:
        return poll
    query = select(Vote).where(Vote.message_id == message.id).order_by(Vote.voted_at, Vote.user_id)
    voters: list[list[str]] = [[] for _ in poll["options"]]
    for each in db.session.scalars(query.where(Vote.choices != 0)):
        for option in options_of(each.choices):
            voters[option - 1].append(each.user_id)
    poll["voters"] = voters
    return poll


def poll_voters(caller: Identity, body: PollVoters) -> Voters:
    """Return a page of those who have voted in a poll. Raises NotFound, Gone, Invalid, and Forbidden for a secret."""
    message = read_message(caller, body.room, body.seq)
    poll = poll_of(message)
    if poll["anonymous"]:
        raise Forbidden("the poll is anonymous")
    if body.option is not None and body.option > len(poll["options"]):
        raise Invalid("the poll has no such option", "option")
    wanted = choices_of([body.option] if body.option else range(1, len(poll["options"]) + 1))
    query = select(Vote).where(Vote.message_id == message.id, Vote.choices.bitwise_and(wanted) != 0)
    if body.after is not None:
        query = query.where(Vote.user_id > body.after)
    found = db.session.scalars(query.order_by(Vote.user_id).limit(body.limit + 1)).all()
    voters = [Voter(user=each.user_id, options=options_of(each.choices)) for each in found[: body.limit]]
    users = users_by_id(voter["user"] for voter in voters)
    return Voters(voters=voters, users=users, more=len(found) > body.limit)


def list_votes(caller: Identity, body: ListVotes) -> Votes:
    """Return what the caller has chosen in polls, the newest of his votes last, also what he took back since."""
    moment = now()
    query = (
        select(Message.room_id, Message.seq, Vote.choices)
        .join(Vote, Vote.message_id == Message.id)
        .where(Vote.user_id == caller.user_id)
        .order_by(Vote.voted_at.desc(), Vote.message_id.desc())
        .limit(VOTES_AT_MOST)
    )
    since = Vote.choices != 0 if body.since is None else Vote.voted_at > moment_of(body.since) - SLACK
    found = [vote_state(*row) for row in db.session.execute(query.where(since))]
    return Votes(now=rfc3339(moment), votes=found[::-1])


def vote_state(room_id: str, seq: int, choices: int) -> VoteState:
    """Return what somebody has chosen in a poll."""
    return VoteState(room=room_id, seq=seq, options=options_of(choices))
