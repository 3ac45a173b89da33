"""A piece of evidence: a link or a file."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment, Evidence, Milestone
from commitments.transitions import TransitionRefused
from commitments.uploads import FORMATS
from roadmap_portal.templatetags.portal import file_size


class EvidenceForm(forms.ModelForm):
    url = forms.URLField(
        label=_("Lien"),
        required=False,
        max_length=1000,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("L’adresse complète de la page ou du document."),
    )
    # Empty files included: what a file may be is said in one place (commitments.uploads).
    file = forms.FileField(
        label=_("Fichier"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{extension}" for extension in FORMATS)}),
    )

    class Meta:
        model = Evidence
        fields = ["kind", "title", "milestone", "url", "file", "is_public"]
        labels = {"is_public": _("Montrer cette pièce au public")}
        help_texts = {"title": _("Ce qu’est la pièce, en quelques mots : « Délibération du 12 mars 2026 ».")}

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        milestones = commitment.milestones.filter(origin=Milestone.Origin.PLAN)
        field = cast(forms.ModelChoiceField, self.fields["milestone"])
        field.queryset = milestones.exclude(status=Milestone.Status.CANCELLED)
        field.empty_label = _("aucun : l’engagement lui-même")
        self.fields["file"].help_text = _("%(formats)s, %(most)s au plus. À choisir de nouveau après une erreur.") % {
            "formats": ", ".join(extension.upper() for extension in FORMATS),
            "most": file_size(settings.UPLOAD_MOST_BYTES),
        }
        for item in self.fields.values():
            css = "form-select" if isinstance(item.widget, forms.Select) else "form-control"
            item.widget.attrs.setdefault("class", css)
        self.fields["is_public"].widget.attrs["class"] = "form-check-input"

    def _post_clean(self) -> None:
        """Not a row yet: the transition reads the file, signs and writes."""

    def refuse(self, refusal: TransitionRefused) -> None:
        for each in [refusal, *refusal.others]:
            self.add_error(each.field if each.field in self.fields else None, each.message)
