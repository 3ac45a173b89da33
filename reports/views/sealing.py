"""Where a quarter is sealed, published and rectified: what cannot be taken back is said before it is done."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import can_manage_reports
from commitments.models import Campaign
from commitments.queries import campaign_named
from commitments.queries.visas import missing_sides, tacit_on
from commitments.transitions import TransitionRefused
from reports import queries, transitions
from reports.dataset import Dataset, Json, build_dataset
from reports.dataset.comparison import compare
from reports.dataset.proofs import half_approved
from reports.forms import RectifyForm, SealForm
from reports.models import Report, SealedReport
from reports.tasks import build_report
from reports.writers.prose import content
from roadmap_portal.templatetags.portal import moment, quarter

# Written anew at each sealing: no difference between what two reports say of the quarter.
OF_THE_SEALING = ("seal", "generated_at", "unapproved", "sha256")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seal_quarter(request: HttpRequest, slug: str) -> HttpResponse:
    user = _administrator_or_404(request)
    campaign = campaign_named(slug)
    if (sealed := queries.seal_of(campaign)) is not None:
        return _lead_to(request, sealed)
    form = SealForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            sealed = transitions.seal(campaign, by=user, unapproved=form.unapproved(), publish_it=form.publishes())
        except TransitionRefused as refusal:
            if (sealed := queries.seal_of(campaign)) is not None:  # by someone else, while this page was open
                return _lead_to(request, sealed)
            form.refuse(refusal)
        else:
            return _build(request, sealed, _("Le %(quarter)s est scellé. Ses fichiers se construisent."))
    return render(request, "reports/sealing.html", {"form": form, "campaign": campaign, **_preview(campaign, form)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rectify_quarter(request: HttpRequest, slug: str) -> HttpResponse:
    user = _administrator_or_404(request)
    campaign = campaign_named(slug)
    sealed = queries.seal_of(campaign)
    if sealed is None:
        raise Http404
    form = RectifyForm(request.POST or None, initial={"number": sealed.number})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["number"] != sealed.number:  # corrected while this page was open
            return _lead_to(request, sealed)
        try:
            corrected = transitions.rectify(
                sealed, reason=form.cleaned_data["reason"], by=user, publish_it=form.cleaned_data["publish"]
            )
        except TransitionRefused as refusal:
            newest = queries.seal_of(campaign)
            if newest is not None and newest.pk != sealed.pk:
                return _lead_to(request, newest)
            form.refuse(refusal)
        else:
            return _build(
                request, corrected, _("Le rectificatif du %(quarter)s est scellé. Ses fichiers se construisent.")
            )
    now, frozen = _told_now(campaign), sealed.layout.dataset or {}
    context = {
        "form": form,
        "sealed": sealed,
        "campaign": campaign,
        "nothing_differs": all(frozen.get(name) == now[name] for name in now if name not in OF_THE_SEALING),
        "comparison": compare(Dataset.read(sealed.content), Dataset.of(now)),
        "correctable": queries.correctable(campaign),
    }
    return render(request, "reports/rectify.html", context)


@never_cache
@require_POST
def publish_quarter(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    user = _administrator_or_404(request)
    sealed = queries.sealed_for(user).filter(campaign=campaign_named(slug), version=version).first()
    if sealed is None:
        raise Http404
    transitions.publish(sealed, by=user)
    messages.success(request, _("Le rapport est publié."))
    return redirect(sealed)


def _administrator_or_404(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not can_manage_reports(request.user):
        raise Http404
    return request.user


def _build(request: HttpRequest, sealed: SealedReport, said: str) -> HttpResponse:
    build_report.delay_on_commit(sealed.layout.pk)
    messages.success(request, said % {"quarter": quarter(sealed.campaign)})
    return redirect(sealed.layout)


def _lead_to(request: HttpRequest, sealed: SealedReport) -> HttpResponse:
    """A second click, or a second administrator: told who was first, and brought to the one report there is."""
    who = sealed.sealed_by.name if sealed.sealed_by is not None else _("le calendrier")
    said = {"report": sealed, "who": who, "when": moment(sealed.sealed_at)}
    messages.info(request, _("%(report)s : scellé par %(who)s le %(when)s.") % said)
    return redirect(sealed.layout)


def _preview(campaign: Campaign, form: SealForm) -> Json:
    """What would be sealed now, and which texts would be left out."""
    if campaign.state != Campaign.State.REVIEW:
        return {"summary": None}
    told = content(Dataset.of(_told_now(campaign)))
    named = form.unapproved()
    waiting = [
        {"point": u, "missing": missing_sides(u), "tacit_on": tacit_on(u), "is_named": u.commitment.code in named}
        for u in half_approved(campaign)
    ]
    return {
        "summary": told["summary"],
        "report_words": told["words"],
        "waiting": waiting,
        "draft": queries.draft_of(campaign),
    }


def _told_now(campaign: Campaign) -> Json:
    now = timezone.now()
    return build_dataset(Report(campaign=campaign, requested_at=now, started_at=now))
