"""Texts of one line that people type: titles, names, references, places. None begins as a formula (requirement S9).

They come out as cells of open data, where nothing is altered, and a spreadsheet runs what begins with one of these
signs. The rule stops at one line: « - premier point » and « + 12 % » begin honest paragraphs, which the workbooks and
the CSV for Excel make inert by themselves.
"""

from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")
SHOWN = 40


class OneLine(models.CharField):
    """For migrations and for the history of changes it is a CharField like another: the database holds the rule by
    the constraint (`no_formula`), what people meet first is the message here."""

    def begins_as_text(self, value: str) -> None:
        if value.startswith(RUN_BY_SPREADSHEETS):
            raise ValidationError(
                _(
                    "Lu : « %(read)s ». Attendu pour « %(field)s » : un texte qui commence par une lettre, un chiffre"
                    " ou un guillemet ; un tableur prendrait ce début pour une formule."
                ),
                code="formula",
                params={"read": value[:SHOWN].strip(), "field": self.verbose_name},
            )

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, self.begins_as_text]

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """Several forms leave the model's own checks to a transition: the field of the form has the rule too."""
        return super().formfield(**{"validators": [self.begins_as_text], **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def no_formula(model: str, *names: str) -> models.CheckConstraint:
    """Of the OneLine fields of a model, each of which has to be named here."""
    # The minus last: between two others it would mean « from … to ».
    begins = f"^[{''.join(sorted(RUN_BY_SPREADSHEETS, key='-'.__eq__))}]"
    asked = [(f"{name}__regex", begins) for name in names]
    return models.CheckConstraint(
        name=f"{model}_no_formula",
        condition=Q(*asked, _connector=Q.OR, _negated=True),
        violation_error_message=_("Un texte d’une ligne commence par une lettre, un chiffre ou un guillemet."),
    )
