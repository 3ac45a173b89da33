"""Forms on money, one subject a module."""

from django import forms


def dress(form: forms.BaseForm) -> None:
    """The look of the portal on each field that has none."""
    for field in form.fields.values():
        is_box, is_list = isinstance(field.widget, forms.CheckboxInput), isinstance(field.widget, forms.Select)
        css = "form-check-input" if is_box else "form-select" if is_list else "form-control"
        field.widget.attrs.setdefault("class", css)


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
