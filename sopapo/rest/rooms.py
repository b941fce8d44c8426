"""Rooms: groups, channels and conversations of two."""

from sopapo.chat import members, roles, rooms
from sopapo.rest.door import Ask, Nothing, route
from sopapo.schemas.rooms import (
    CreateRoom,
    FindRooms,
    JoinRoom,
    PublicRooms,
    RoomCreated,
    RoomJoined,
    RoomRequest,
    Rooms,
    RoomSeen,
    RoomUpdated,
    UpdateRoom,
)


@route("GET /rooms")
def list_rooms(ask: Ask[Nothing]) -> Rooms:
    """Return the rooms that the caller is in, the newest first."""
    return rooms.list_rooms(ask.caller)


@route("POST /rooms", CreateRoom, status=201)
def create_room(ask: Ask[CreateRoom]) -> RoomCreated:
    """Make a room; a direct one that is there already is returned."""
    return rooms.create_room(ask.caller, ask.body)


@route("GET /rooms/public", FindRooms)
def find_public_rooms(ask: Ask[FindRooms]) -> PublicRooms:
    """Find public rooms by a part of their name or description; without one all, the largest first."""
    return rooms.find_public_rooms(ask.body)


@route("GET /rooms/{room}", RoomRequest)
def get_room(ask: Ask[RoomRequest]) -> RoomSeen:
    """Return a room as the caller sees it."""
    return rooms.get_room(ask.caller, ask.body)


@route("PATCH /rooms/{room}", UpdateRoom)
def update_room(ask: Ask[UpdateRoom]) -> RoomUpdated:
    """Change what a room is like."""
    return rooms.update_room(ask.caller, ask.body)


@route("DELETE /rooms/{room}/messages", RoomRequest, status=204)
def clear_history(ask: Ask[RoomRequest]) -> None:
    """Let there be no messages but those to come, for everybody."""
    rooms.clear_history(ask.caller, ask.body)


@route("DELETE /rooms/{room}", RoomRequest, status=204)
def delete_room(ask: Ask[RoomRequest]) -> None:
    """Delete a room for everybody; only its owners may."""
    rooms.delete_room(ask.caller, ask.body)


@route("POST /rooms/{room}/join", JoinRoom)
def join_room(ask: Ask[JoinRoom]) -> RoomJoined:
    """Join a public room, or one to which one has an invite."""
    return members.join_room(ask.caller, ask.body)


@route("POST /rooms/{room}/leave", RoomRequest)
def leave_room(ask: Ask[RoomRequest]) -> None:
    """Leave a room; the last owner is succeeded by whoever has been there longest."""
    roles.leave_room(ask.caller, ask.body)
