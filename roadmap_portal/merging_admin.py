"""Two administrators on one page of the admin: `merging` for its forms and for the rows below them.

A form carries, hidden, what each field started from. What is stored is read again under a lock; only the fields that
were really changed are written. Of a field that both have changed, the one who comes second chooses.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from roadmap_portal.merging import merge, same
from roadmap_portal.templatetags.portal import short_day

MINE, THEIRS = "mine", "theirs"
KEEP = "keep_"


class MergingForm(forms.ModelForm):
    # A row among others has no place for the choice: sent again, it keeps what its author typed.
    offers_choice = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.written: list[str] = []
        self.conflicting: list[str] = []
        if self.instance.pk is not None:
            for field in self.fields.values():
                # A disabled field is not typed, and may be a secret.
                field.show_hidden_initial = not field.disabled

    # --- The three values of a field -------------------------------------------------------------

    def base(self) -> dict[str, Any]:
        """What the fields started from, as the form itself says."""
        found = {}
        for name, field in self._merged_fields().items():
            html_name = self.add_initial_prefix(name)
            sent = field.hidden_widget().value_from_datadict(self.data, self.files, html_name)
            if _is_several(field):
                # Nothing chosen at first leaves no trace in a form: the other fields tell that it is one of ours.
                if sent or self._carries_its_base():
                    found[name] = _comparable(field, sent)
            elif sent is not None:
                with suppress(ValidationError):
                    found[name] = _comparable(field, sent if _is_one(field) else field.to_python(sent))
        return found

    def stored(self) -> dict[str, Any]:
        return {name: _comparable(field, self.initial.get(name)) for name, field in self._merged_fields().items()}

    def mine(self, base: Mapping[str, Any]) -> dict[str, Any]:
        """The valid fields that were sent; of those where the stored text was preferred, what they started from."""
        typed = {}
        for name, field in self._merged_fields().items():
            if name in self.cleaned_data and self._was_sent(name, base):
                preferred = self.data.get(self.add_prefix(KEEP + name)) == THEIRS and name in base
                typed[name] = base[name] if preferred else _comparable(field, self.cleaned_data[name])
        return typed

    def _merged_fields(self) -> dict[str, forms.Field]:
        return {name: field for name, field in self.fields.items() if field.show_hidden_initial}

    def _carries_its_base(self) -> bool:
        return any(self.add_initial_prefix(name) in self.data for name in self._merged_fields())

    def _was_sent(self, name: str, base: Mapping[str, Any]) -> bool:
        """A box that is not ticked is not sent: that it was shown is known by what it started from."""
        return name in base or self.add_prefix(name) in self.data

    # --- Merging ---------------------------------------------------------------------------------

    def _post_clean(self) -> None:
        if self.instance.pk is not None:
            self._merge()
        super()._post_clean()  # type: ignore[misc]

    def _merge(self) -> None:
        base, stored = self.base(), self.stored()
        merged = merge(base, self.mine(base), stored)
        for name in self._merged_fields():
            if name in merged.conflicts:
                self._put_to_the_author(name)
            elif name not in merged.changes and name in self.cleaned_data:
                self.cleaned_data[name] = self._stored_value(name)
        columns = {field.name for field in self.instance._meta.concrete_fields}
        self.written = [name for name in merged.changes if name in columns]

    def _stored_value(self, name: str) -> Any:
        field = self.fields[name]
        if _is_several(field):
            return list(getattr(self.instance, name).all())
        return getattr(self.instance, name) if _is_one(field) else self.initial[name]

    def _put_to_the_author(self, name: str) -> None:
        theirs = self._in_words(name, self._stored_value(name))
        if not self.offers_choice:
            message = _("Enregistré entre-temps : « %(text)s ». Enregistrez de nouveau pour garder votre valeur.")
            self.add_error(name, message % {"text": theirs})
        else:
            mine = self._in_words(name, self.cleaned_data[name])
            self.add_error(name, _("Quelqu’un d’autre a enregistré ce champ entre-temps. Choisissez ci-dessous."))
            self.fields[KEEP + name] = forms.ChoiceField(
                label=_("Deux versions"),
                choices=[
                    (MINE, _("Garder le mien : %(text)s") % {"text": mine}),
                    (THEIRS, _("Prendre celui qui est enregistré : %(text)s") % {"text": theirs}),
                ],
                widget=forms.RadioSelect,
                required=False,
            )
            self.conflicting.append(name)
        self.start_from_stored(name)

    def start_from_stored(self, name: str) -> None:
        """Its author has now been shown what is stored: the next time, that is what the field started from."""
        data = cast(QueryDict, self.data).copy()
        value = self.fields[name].prepare_value(self.initial.get(name))
        values = value if _is_several(self.fields[name]) else ["" if value is None else value]
        data.setlist(self.add_initial_prefix(name), [str(each) for each in values or ()])
        if KEEP + name in self.fields:
            data[self.add_prefix(KEEP + name)] = MINE
        self.data = data

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if _is_several(field):
            return ", ".join(sorted(str(each) for each in value)) or "–"
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if isinstance(value, date):
            return short_day(value)
        if isinstance(field, forms.TypedChoiceField):
            value = dict(cast(Any, field.choices)).get(value, value)
        return "–" if value in (None, "") else str(value)

    def moved_meanwhile(self) -> list[str]:
        """Fields that someone else has changed since the form was shown."""
        stored = self.stored()
        return [name for name, value in self.base().items() if not same(value, stored[name])]

    def save(self, commit: bool = True) -> Any:
        if commit and not self.instance._state.adding and not self.errors:
            self.instance.save(update_fields=self.written)
            self._save_m2m()  # type: ignore[attr-defined]
            return self.instance
        return super().save(commit)


class MergingRowForm(MergingForm):
    offers_choice = False


class MergingFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """A row that someone else has just changed is not deleted unseen."""
        super().clean()
        for form in cast(Sequence[MergingForm], self.initial_forms):
            is_deleted = self.can_delete and self._should_delete_form(form)  # type: ignore[attr-defined]
            if is_deleted and (names := form.moved_meanwhile()):
                for name in names:
                    form.start_from_stored(name)
                raise ValidationError(
                    _("« %(row)s » a été modifié entre-temps. Enregistrez de nouveau pour le supprimer quand même.")
                    % {"row": form.instance}
                )


def _is_several(field: forms.Field) -> bool:
    return isinstance(field, forms.ModelMultipleChoiceField)


def _is_one(field: forms.Field) -> bool:
    return isinstance(field, forms.ModelChoiceField) and not _is_several(field)


def _comparable(field: forms.Field, value: Any) -> Any:
    """Objects by their keys, as texts: what a form sends of them."""
    if _is_several(field):
        return frozenset(str(getattr(each, "pk", each)) for each in value or ())
    if _is_one(field):
        return "" if value in (None, "") else str(getattr(value, "pk", value))
    return value


class Merging(admin.ModelAdmin):
    form = MergingForm

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """Read again under a lock when it is to be written: nobody writes between the merge and the save."""
        thing = super().get_object(request, object_id, from_field)
        if thing is None or request.method != "POST" or not connection.in_atomic_block:
            return thing
        return self.model._base_manager.select_for_update(of=("self",)).filter(pk=thing.pk).first()

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if change and isinstance(form, MergingForm):
            obj.save(update_fields=form.written)
        else:
            super().save_model(request, obj, form, change)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Model | None = None,
    ) -> HttpResponse:
        """Each choice is shown right after the field it is about."""
        page = context["adminform"]
        conflicting = getattr(page.form, "conflicting", [])
        page.fieldsets = [
            (title, options | {"fields": _with_choices(options["fields"], conflicting)})
            for title, options in page.fieldsets
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)


def _with_choices(names: Sequence[Any], conflicting: Sequence[str]) -> list[Any]:
    shown: list[Any] = []
    for line in names:
        shown.append(line)
        shown += [KEEP + name for name in ([line] if isinstance(line, str) else line) if name in conflicting]
    return shown


class MergingInline(admin.TabularInline):
    form = MergingRowForm
    formset = MergingFormSet

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_for_update(of=("self",)) if request.method == "POST" else rows
