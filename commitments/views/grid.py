"""The grid: all one has to write, in one table. Each cell saves itself with scripts; one button saves all without."""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import can_write
from commitments import queries, transitions
from commitments.forms import GridForm
from commitments.models import Campaign, Commitment
from commitments.round_trip import STATED_COLUMNS, label_of
from commitments.transitions import Standing, TransitionRefused
from roadmap_portal.merging import merge

# Django reads a thousand fields of a form at most, and a row has seventeen.
PAGE_SIZE = 40
SENT_ROW = re.compile(r"c(\d{1,9})-form_key")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or not can_write(user):
        raise Http404
    campaign = queries.current_campaign()
    page = Paginator(queries.commitments_to_edit(user, campaign), PAGE_SIZE).get_page(request.GET.get("page"))
    if request.method == "POST":
        forms = _sent(user, request.POST)
        saved = [form for form in forms if _save(form, user, campaign)]
        _tell(request, len(saved), sum(bool(form.errors) for form in forms))
        if not any(form.errors for form in forms):
            return redirect(request.get_full_path())
    else:
        now = transitions.statements_now(page.object_list)
        forms = [_form(commitment, now[commitment.pk]) for commitment in page.object_list]
    columns = [(name, label_of(name)) for name in STATED_COLUMNS]
    context = {"forms": forms, "columns": columns, "campaign": campaign, "page": page}
    return render(request, "commitments/grid.html", context)


def _form(commitment: Commitment, standing: Standing) -> GridForm:
    stated = dict(standing.stated)
    if (progress := stated["progress"]) is not None and progress == int(progress):
        stated["progress"] = int(progress)
    key = uuid.uuid4() if standing.update is None else standing.update.form_key
    initial = {**stated, "form_key": key}
    return GridForm(initial=initial, prefix=f"c{commitment.pk}", commitment=commitment, today=localdate())


def _sent(user: User, data: QueryDict) -> list[GridForm]:
    """Of the rows that were sent, one that someone has submitted meanwhile included: it is refused in words."""
    keys = [int(found[1]) for name in data if (found := SENT_ROW.fullmatch(name))]
    return [
        GridForm(data, prefix=f"c{commitment.pk}", commitment=commitment, today=localdate())
        for commitment in queries.commitments_of(user, keys)
    ]


def _save(form: GridForm, user: User, campaign: Campaign | None) -> bool:
    """Whether something of the row was written. What is wrong with the rest is said beside its cell."""
    form.is_valid()
    edits, base = form.edits(), form.base()
    if not edits:
        return False
    try:
        update = transitions.save_draft(
            form.commitment, edits, base=base, partly=True, by=user, campaign=campaign,
            form_key=form.cleaned_data.get("form_key"),
        )  # fmt: skip
    except TransitionRefused as refusal:
        form.refuse(refusal)
        return False
    now: dict[str, Any] = transitions.statement_of(update)
    conflicts = merge(base, edits, dict.fromkeys(edits) | now).conflicts
    form.take_over(now, conflicts)
    return len(conflicts) < len(edits)


def _tell(request: HttpRequest, saved: int, faulty: int) -> None:
    if saved:
        text = ngettext("%(n)s engagement enregistré.", "%(n)s engagements enregistrés.", saved)
        messages.success(request, text % {"n": saved})
    elif not faulty:
        messages.info(request, _("Rien n’avait changé."))
    if faulty:
        text = ngettext("%(n)s engagement est à corriger.", "%(n)s engagements sont à corriger.", faulty)
        messages.error(request, text % {"n": faulty})
