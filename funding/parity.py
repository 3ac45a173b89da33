"""Parity: 1 € of the State for 1 € of the Region, where an envelope asks for it (F3.9; 12 October 2022). Pure.

Gap = State − Region, in euros, and in percent of the larger of the two: what the smaller still has to bring.
"""

from dataclasses import dataclass
from decimal import Decimal

from funding.ledger import rate


@dataclass(frozen=True)
class Parity:
    """Euros of one kind. None: nothing was written on that side, and the gap cannot be told. `tolerance`: percent."""

    state: Decimal | None
    region: Decimal | None
    tolerance: Decimal

    @property
    def gap(self) -> Decimal | None:
        return None if self.state is None or self.region is None else self.state - self.region

    @property
    def gap_rate(self) -> Decimal | None:
        """Percent of the larger share, always positive; None without a gap or when both are zero."""
        if self.state is None or self.region is None:
            return None
        return rate(abs(self.state - self.region), max(self.state, self.region))

    @property
    def is_beyond(self) -> bool:
        return self.gap_rate is not None and self.gap_rate > self.tolerance
