"""The administrators' space: who has an account, with which rights, and how someone leaves."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp import devices_for_user

from accounts.forms import DepartureForm, InvitationForm, InviteAgainForm, MembershipForm
from accounts.models import Identity, Invitation, Membership, User
from accounts.services import RightsRefused, invitations, rights
from accounts.services.identities import unbind
from accounts.views.account import administrator_or_404
from commitments.queries import is_a_demonstration
from commitments.queries.handover import left_by
from roadmap_portal.rates import limited

PER_PAGE = 50


@never_cache
@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    administrator_or_404(request)
    return render(request, "accounts/administration.html")


@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    administrator_or_404(request)
    asked = request.GET.get("q", "").strip()
    in_force = Membership.objects.in_force(localdate()).select_related("actor", "delegated_from__user")
    found = User.objects.prefetch_related(Prefetch("memberships", in_force, to_attr="held")).order_by("name", "pk")
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(email__icontains=asked))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "asked": asked})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Its rights, past ones too; a form gives another."""
    administrator_or_404(request)
    found = get_object_or_404(User, pk=pk)
    form = MembershipForm(request.POST or None, instance=Membership(user=found))
    if request.method == "POST" and form.is_valid():
        try:
            rights.give(form.instance, request=request)
        except ValidationError as error:
            form.add_error(None, error)
        except IntegrityError:  # the same form, sent twice within an instant
            form.add_error(None, _("Cette habilitation existe déjà."))
        else:
            messages.success(request, _("L’habilitation est donnée."))
            return redirect("accounts:person", pk)
    return _person_page(request, found, form)


def _person_page(
    request: HttpRequest, found: User, form: MembershipForm, again: InviteAgainForm | None = None
) -> HttpResponse:
    held = found.memberships.select_related("actor", "delegated_from__user").order_by("-starts_on", "pk")
    if again is None and invitations.awaits(found):
        again = InviteAgainForm(user=found)
    context = {
        "person": found,
        "memberships": held,
        "form": form,
        "identity": Identity.objects.filter(user=found).first(),
        "invitation": Invitation.objects.filter(user=found).first(),
        "invite_again": again,
        "has_second_factor": any(devices_for_user(found)),
        "today": localdate(),
    }
    return render(request, "accounts/person.html", context)


@never_cache
@require_POST
def end_membership(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Sent twice, the second finds it ended and says the same."""
    administrator_or_404(request)
    found = get_object_or_404(User, pk=pk)
    row = found.memberships.filter(pk=membership).first()
    today = localdate()
    try:
        if row is not None and (row.ends_on is None or row.ends_on >= today):
            rights.end(row, today=today, request=request)
        messages.success(request, _("L’habilitation est terminée."))
    except RightsRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:person", pk)


@never_cache
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    administrator_or_404(request)
    found = get_object_or_404(User, pk=pk)
    rights.enable(found, request=request)
    messages.success(request, _("Le compte est rouvert : donnez-lui ses habilitations."))
    return redirect("accounts:person", pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """What waits for the person, who takes it over, then the account closes."""
    administrator_or_404(request)
    found, today = get_object_or_404(User, pk=pk), localdate()
    if not found.is_active:
        messages.info(request, _("Ce compte est déjà désactivé."))
        return redirect("accounts:person", pk)
    waiting = left_by(rights.unattended(found, today))
    # Without anything to hand over the form sent is empty, and valid.
    sent = request.POST if request.method == "POST" else None
    form = DepartureForm(sent, leaving=found, unattended=[left.membership for left in waiting])
    if request.method == "POST" and form.is_valid():
        try:
            rights.leave(found, form.takers(), today=today, request=request)
        except RightsRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Le compte de %(name)s est désactivé.") % {"name": found.name})
            return redirect("accounts:person", pk)
    fields = [(left, form[f"taker_{left.membership.pk}"]) for left in waiting]
    return render(request, "accounts/departure.html", {"person": found, "form": form, "waiting": fields})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("form")
def invite(request: HttpRequest) -> HttpResponse:
    administrator = administrator_or_404(request)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        user = User(email=asked["email"], name=asked["name"])
        membership = Membership(user=user, actor=asked["actor"], role=asked["role"], ends_on=asked["ends_on"])
        try:
            invitations.invite(user, membership, asked["siret"], by=administrator, request=request)
        except ValidationError as error:
            form.add_error(None, error)
        except IntegrityError:
            form.add_error("email", _("Cette adresse a déjà un compte : donnez-lui une habilitation."))
        else:
            _send_invitation(request, user)
            return redirect("accounts:person", user.pk)
    return render(request, "accounts/invite.html", {"form": form})


@never_cache
@require_POST
@limited("form")
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """For a mail that was lost, or an invitation that is over."""
    administrator = administrator_or_404(request)
    found = get_object_or_404(User, pk=pk)
    form = InviteAgainForm(request.POST, user=found)
    if not form.is_valid():
        return _person_page(request, found, MembershipForm(instance=Membership(user=found)), form)
    try:
        invitations.invite_again(found, form.cleaned_data.get("siret", ""), by=administrator, request=request)
    except RightsRefused as refusal:
        messages.error(request, str(refusal))
    else:
        _send_invitation(request, found)
    return redirect("accounts:person", pk)


def _send_invitation(request: HttpRequest, user: User) -> None:
    if invitations.send(user, is_demonstration=is_a_demonstration()):
        messages.success(request, _("%(email)s est invité par courriel.") % {"email": user.email})
    else:
        messages.error(
            request,
            _("Le compte attend, mais le courriel à %(email)s n’est pas parti : renvoyez l’invitation d’ici.")
            % {"email": user.email},
        )


@never_cache
@require_POST
def forget_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For someone who lost telephone and codes, once it is sure who asks."""
    administrator_or_404(request)
    found = get_object_or_404(User, pk=pk)
    rights.forget_second_factor(found, request=request)
    messages.success(request, _("Le second facteur est retiré, et les sessions de ce compte sont fermées."))
    return redirect("accounts:person", pk)


@never_cache
@require_POST
def untie(request: HttpRequest, pk: int) -> HttpResponse:
    """For someone whose identity provider changed."""
    administrator_or_404(request)
    found = get_object_or_404(User, pk=pk)
    unbind(found, request=request)
    messages.success(request, _("L’identité ProConnect est détachée : la prochaine connexion en rattachera une."))
    return redirect("accounts:person", pk)
