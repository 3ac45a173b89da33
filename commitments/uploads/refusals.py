from django.utils.translation import gettext as _


class UploadRefused(Exception):
    """`message`: what was read, and what was expected."""

    def __init__(self, read: str, expected: str) -> None:
        self.message = _("Lu : %(read)s. Attendu : %(expected)s.") % {"read": read, "expected": expected}
        super().__init__(self.message)
