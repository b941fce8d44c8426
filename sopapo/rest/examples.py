"""A body for each request that has one, to be tried as it is."""

from typing import Any

ANA = "01999d0f-3f3c-7c2e-9a54-0d6a1f0c8b11"
ROOM = "01999d10-52aa-7b90-8f2e-4b7f2f9d6c22"
MESSAGE = "5f0e7c4a-8a4e-4d5e-9a3c-1c2b7d9e0f33"

CODE = "q0mB1yJmQz6Yw3b1w1nT9g"

EXAMPLES: dict[str, dict[str, Any]] = {
    "register": {"username": "ana", "password": "uma senha comprida", "name": "Ana"},
    "login": {"username": "ana", "password": "uma senha comprida"},
    "refresh": {"refresh_token": "eyJhbGciOi…"},
    "update_profile": {"name": "Ana Souza", "about": "No churrasco", "receipts": "nobody"},
    "delete_account": {"password": "uma senha comprida"},
    "report": {"room": ROOM, "seq": 12, "reason": "spam"},
    "handle_report": {"handled": True},
    "create_room": {"kind": "group", "name": "Churrasco", "members": ["bia"]},
    "update_room": {"name": "Churrasco de sábado"},
    "add_members": {"users": ["bia", ANA]},
    "join_room": {"invite": CODE},
    "join_by_invite": {"invite": CODE},
    "create_invite": {"expires_in": 86_400, "max_uses": 10},
    "mute_member": {"until": "2026-11-23T10:00:00.000Z"},
    "set_role": {"role": "admin"},
    "send_message": {"client_id": MESSAGE, "text": "Levo o pão de alho!"},
    "create_poll": {"client_id": MESSAGE, "text": "Que dia?", "options": ["Sábado", "Domingo"], "multiple": True},
    "vote": {"options": [1]},
    "edit_message": {"text": "Levo o pão de alho e a farofa!"},
    "react": {"emoji": "👍"},
    "pin_message": {"on": True},
    "star_message": {"on": True},
    "mark_delivered": {"seq": 12},
    "mark_read": {"seq": 12},
    "set_preferences": {"pinned": True, "draft": "Levo o carv"},
    "typing": {"on": True},
    "schedule_message": {"client_id": MESSAGE, "text": "Bom dia!", "send_at": "2026-12-25T10:00:00.000Z"},
    "change_scheduled": {"text": "Bom dia, gente!"},
    "sync": {"rooms": {ROOM: 17}},
}
