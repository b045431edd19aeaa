"""Which connectors and engines this installation uses; rooms ask for them by name through careward.web.plugs."""

from careward.connectors.csv.reader import read_folder as read_feeds
from careward.people.roles import ROLES

__all__ = ["read_feeds", "who_may"]


def who_may(permission: str) -> tuple[str, ...]:
    """The titles of the roles that hold a permission, for the page that says who may."""
    return tuple(role.title for role in ROLES.values() if permission in role.permissions)
