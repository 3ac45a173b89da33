from accounts.models.identity import Identity, Invitation
from accounts.models.people import Membership, MembershipQuerySet, User, UserManager
from accounts.models.security import SecurityEvent
from accounts.models.session import Session

__all__ = [
    "Identity",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "SecurityEvent",
    "Session",
    "User",
    "UserManager",
]
