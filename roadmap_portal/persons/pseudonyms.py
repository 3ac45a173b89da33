"""Someone who left loses their name: the account stays, so that what it wrote keeps an author, and says who no more.

In the history too, whose tables otherwise only grow: this is the one place that passes their guard, and it changes
nothing but a name, an address and an identifier.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q

from accounts import session_store
from accounts.models import Identity, Invitation, Membership, User
from accounts.security_log import Kind, record
from commitments.models import Subscription
from roadmap_portal.history.tracking import change_models, tracked_model

GONE = "compte-{pk}@efface.invalid"
ERASED = ""


def name_of(user: User) -> str:
    return f"Compte n°\u00a0{user.pk}"


def forgettable(on: date, after_days: int) -> list[User]:
    """Closed accounts, whose last right and last login are that old, and that still have a name."""
    before = on - timedelta(days=after_days)
    recent = Membership.objects.filter(user=OuterRef("pk")).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=before))
    closed = User.objects.filter(is_active=False).exclude(email__endswith=GONE.rpartition("@")[2])
    old = closed.filter(Q(last_login__isnull=True) | Q(last_login__date__lt=before), created_at__date__lt=before)
    return list(old.exclude(Exists(recent)).order_by("pk"))


@transaction.atomic
def pseudonymise(user: User) -> None:
    """Raises ValueError for an account that is still open: it is closed first, which hands over what waits."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.is_active:
        raise ValueError(f"{locked.email}: the account is open; close it first (Administration, « Départ »).")
    Subscription.objects.filter(email__iexact=locked.email).delete()
    Identity.objects.filter(user=locked).delete()
    Invitation.objects.filter(user=locked).delete()
    locked.name, locked.email = name_of(locked), GONE.format(pk=locked.pk)
    locked.set_unusable_password()
    locked.save(update_fields=["name", "email", "password"])
    session_store.end(locked)
    _rewrite(_changes_of(User).filter(pgh_obj_id=locked.pk), name=locked.name, email=locked.email)
    erased = {"sub": ERASED, "siret": ERASED, "idp_id": ERASED, "organization": ERASED}
    _rewrite(_changes_of(Identity).filter(user_id=locked.pk), **erased)
    _rewrite(_changes_of(Invitation).filter(user_id=locked.pk), siret=ERASED)
    record(Kind.PURGED, user=locked, what="pseudonymised")


def _changes_of(model: type[models.Model]) -> models.QuerySet[Any]:
    changes = next(each for each in change_models() if tracked_model(each) is model)
    return changes._default_manager.all()


def _rewrite(rows: models.QuerySet[Any], **values: str) -> None:
    """Past the trigger that keeps a table of changes as it is, for this statement alone."""
    trigger = next(trigger for trigger in rows.model._meta.triggers if trigger.name == "append_only")
    _ignore([trigger.get_pgid(rows.model)])
    rows.update(**values)
    _ignore([])


def _ignore(pgids: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(pgids) + "}"])
