"""What belongs to the portal as a whole and to none of its apps."""

from django.db import models


class Publication(models.Model):
    """Counts what readers may have seen change. The sum of `number` over the rows is the publication number.

    Several rows, so that two transactions that end together never wait for each other: each takes a row that nobody
    holds (`roadmap_portal.publication`). Written by the database alone.
    """

    number = models.BigIntegerField()
    raised_at = models.DateTimeField()
    # The transaction that raised it last: however much it writes, it raises once.
    raised_in = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        verbose_name = verbose_name_plural = "numéro de publication"

    def __str__(self) -> str:
        return str(self.number)
