"""Polls: asking a room, voting, and closing them."""

from sopapo.chat import polls, votes
from sopapo.rest.door import Ask, route
from sopapo.schemas.messages import MessageChanged, MessageRequest, MessageSent
from sopapo.schemas.polls import CastVote, CreatePoll, ListVotes, PollVoters, Voters, Votes


@route("POST /rooms/{room}/polls", CreatePoll, status=201)
def create_poll(ask: Ask[CreatePoll]) -> MessageSent:
    """Ask a room something; the same `client_id` again returns the same poll."""
    return polls.create_poll(ask.caller, ask.body)


@route("PUT /rooms/{room}/polls/{seq}/vote", CastVote)
def vote(ask: Ask[CastVote]) -> MessageChanged:
    """Choose options of a poll instead of those chosen before; none takes the vote back."""
    return votes.vote(ask.caller, ask.body)


@route("POST /rooms/{room}/polls/{seq}/close", MessageRequest)
def close_poll(ask: Ask[MessageRequest]) -> MessageChanged:
    """End a poll; its author and admins may."""
    return polls.close_poll(ask.caller, ask.body)


@route("GET /rooms/{room}/polls/{seq}/voters", PollVoters)
def poll_voters(ask: Ask[PollVoters]) -> Voters:
    """Return a page of those who have voted, for one option or for any; nobody's where the poll is anonymous."""
    return votes.poll_voters(ask.caller, ask.body)


@route("GET /me/votes", ListVotes)
def list_votes(ask: Ask[ListVotes]) -> Votes:
    """Return what the caller has chosen in polls, all of his votes or those since a time."""
    return votes.list_votes(ask.caller, ask.body)
