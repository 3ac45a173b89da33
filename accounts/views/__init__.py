from accounts.views.account import Login, end_snooze, preferences
from accounts.views.delegations import delegations, end
from accounts.views.people import administration, departure, enable, end_membership, people, person

__all__ = [
    "Login",
    "administration",
    "delegations",
    "departure",
    "enable",
    "end",
    "end_membership",
    "end_snooze",
    "people",
    "person",
    "preferences",
]
