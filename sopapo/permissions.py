"""Who may what in a room, as pure functions of its settings and of roles."""

RANKS = {"member": 0, "admin": 1, "owner": 2}


def is_admin(role: str) -> bool:
    """Tell whether a role is at least an admin's."""
    return RANKS[role] >= RANKS["admin"]


def outranks(role: str, other: str) -> bool:
    """Tell whether a role is above another; owners are above everybody."""
    return role == "owner" or RANKS[role] > RANKS[other]


def allows(setting: str, role: str) -> bool:
    """Tell whether a setting, `everyone` or `admins`, lets that role do it."""
    return setting == "everyone" or is_admin(role)


def may_post(kind: str, post: str, role: str) -> bool:
    """Tell whether a role may write: in a channel only admins do."""
    return is_admin(role) if kind == "channel" else allows(post, role)


def first_visible(history: str, first_seq: int, joined_seq: int) -> int:
    """Return the oldest message that a member may see; under `since_join` the first after his joining."""
    return max(first_seq, joined_seq + 1) if history == "since_join" else first_seq
