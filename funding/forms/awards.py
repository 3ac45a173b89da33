"""A file of France 2030 awards, as it is sent."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.spreadsheets import TABULAR
from funding.forms import day_input, dress
from roadmap_portal.templatetags.portal import file_size


class AwardFileForm(forms.Form):
    # Empty files included: what a file may be is said in one place (commitments.uploads).
    file = forms.FileField(
        label=_("Fichier"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{extension}" for extension in TABULAR)}),
    )
    stated_on = forms.DateField(label=_("Données au"), widget=day_input())
    source_url = forms.URLField(
        label=_("Adresse de la source"),
        required=False,
        assume_scheme="https",
        help_text=_("La page où le fichier a été trouvé : elle est montrée aux lecteurs."),
    )
    all_regional = forms.BooleanField(
        label=_("Tout le fichier concerne la région"),
        required=False,
        help_text=_("Sinon, seules les lignes qui nomment la région ou l’un de ses départements sont reprises."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("%(formats)s, %(most)s au plus.") % {
            "formats": ", ".join(extension.upper() for extension in TABULAR),
            "most": file_size(settings.UPLOAD_MOST_BYTES),
        }
        dress(self)

    def clean_stated_on(self) -> Any:
        day = self.cleaned_data["stated_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("La date des données est aujourd’hui au plus tard."))
        return day
