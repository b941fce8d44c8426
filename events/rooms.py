"""Requests about rooms."""

from events.door import Ask, request
from sopapo.chat import members, roles, rooms
from sopapo.schemas.rooms import CreateRoom, JoinRoom, RoomCreated, RoomJoined, RoomRequest, RoomUpdated, UpdateRoom


@request("create_room", CreateRoom)
def create_room(ask: Ask[CreateRoom]) -> RoomCreated:
    return rooms.create_room(ask.caller, ask.body)


@request("update_room", UpdateRoom)
def update_room(ask: Ask[UpdateRoom]) -> RoomUpdated:
    return rooms.update_room(ask.caller, ask.body)


@request("clear_history", RoomRequest)
def clear_history(ask: Ask[RoomRequest]) -> RoomUpdated:
    return rooms.clear_history(ask.caller, ask.body)


@request("delete_room", RoomRequest)
def delete_room(ask: Ask[RoomRequest]) -> None:
    rooms.delete_room(ask.caller, ask.body)


@request("join_room", JoinRoom)
def join_room(ask: Ask[JoinRoom]) -> RoomJoined:
    return members.join_room(ask.caller, ask.body)


@request("leave_room", RoomRequest)
def leave_room(ask: Ask[RoomRequest]) -> None:
    roles.leave_room(ask.caller, ask.body)
