"""A number that counts the writes of a row: what two people who edit the same thing are told apart by.

The database counts, so that bulk updates and SQL typed by hand count too.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class Versioned(models.Model):
    row_version = models.PositiveIntegerField(_("numéro de version"), default=1, editable=False)

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="count_version",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="IF NEW IS DISTINCT FROM OLD THEN NEW.row_version = OLD.row_version + 1; END IF; RETURN NEW;",
            )
        ]
