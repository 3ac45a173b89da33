"""What everyone reads of money."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from funding import queries
from funding.models import Envelope
from funding.queries import overview
from funding.stages import picture, sentence

REGIONAL = Envelope.Reach.REGIONAL
CONTEXT = (Envelope.Reach.NATIONAL, Envelope.Reach.EUROPEAN)


@login_not_required
@require_safe
def funding_list(request: HttpRequest) -> HttpResponse:
    counted = queries.counted(request.user)
    cells = queries.by_reach(counted.cells)
    context = {
        "counted": counted,
        "regional": _cuts(cells.get(REGIONAL, [])),
        "context": [(reach.label, overview.whole(cells[reach])) for reach in CONTEXT if reach in cells],
        "has_fictional": any(line.is_fictional for line in counted.lines),
        "silent": queries.silent_commitments(request.user, counted),
    }
    return render(request, "funding/list.html", context)


def _cuts(cells: Sequence[queries.Cell]) -> dict[str, object]:
    amounts = overview.whole(cells)
    return {
        "amounts": amounts,
        "text": sentence(amounts),
        "chart": picture(amounts, _("Dans la région, du programmé au payé")),
        "envelopes": overview.by_envelope(cells),
        "axes": overview.by_axis(cells),
        "funders": overview.by_funder(cells),
        "years": overview.by_year(cells),
    }


@login_not_required
@require_safe
def envelope_list(request: HttpRequest) -> HttpResponse:
    lines = queries.lines_for(request.user)
    rows = [(at.envelope, at.level, lines.get(at.envelope.pk, [])) for at in queries.envelope_tree()]
    return render(request, "funding/envelopes.html", {"rows": rows})
