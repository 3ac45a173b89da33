from accounts.models.people import Membership, MembershipQuerySet, User, UserManager
from accounts.models.security import SecurityEvent

__all__ = ["Membership", "MembershipQuerySet", "SecurityEvent", "User", "UserManager"]
