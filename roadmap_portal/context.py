"""What every page needs: the roadmap it speaks of, and what its reader may do."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localdate

from accounts import permissions
from commitments.queries import the_roadmap
from roadmap_portal import accessibility


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        rights = {}
    else:
        rights = {
            "is_staff_member": permissions.is_staff_member(user),
            "is_administrator": permissions.is_administrator(user),
            "can_measure": permissions.can_measure(user),
            "can_publish": permissions.can_publish(user),
            "can_manage_reports": permissions.can_manage_reports(user),
            "can_request_reports": permissions.can_request_reports(user),
        }
    return {
        "roadmap": SimpleLazyObject(the_roadmap),
        "accessibility": SimpleLazyObject(lambda: accessibility.standing(localdate())),
        "rights": rights,
    }
