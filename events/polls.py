"""Requests about polls."""

from events.door import Ask, post, request
from sopapo.chat import polls, votes
from sopapo.schemas.messages import MessageChanged, MessageRequest
from sopapo.schemas.polls import CastVote, CreatePoll, ListVotes, PollVoters, Voters, Votes


@request("create_poll", CreatePoll, later=True)
def create_poll(ask: Ask[CreatePoll]) -> None:
    post(ask, polls.post_poll)


@request("vote", CastVote)
def vote(ask: Ask[CastVote]) -> MessageChanged:
    return votes.vote(ask.caller, ask.body)


@request("close_poll", MessageRequest)
def close_poll(ask: Ask[MessageRequest]) -> MessageChanged:
    return polls.close_poll(ask.caller, ask.body)


@request("poll_voters", PollVoters)
def poll_voters(ask: Ask[PollVoters]) -> Voters:
    return votes.poll_voters(ask.caller, ask.body)


@request("list_votes", ListVotes)
def list_votes(ask: Ask[ListVotes]) -> Votes:
    return votes.list_votes(ask.caller, ask.body)
