"""Writing money: one function per use case, which checks the right, locks and writes in one transaction."""

from funding.transitions.ledger import NewEvent, record_events

__all__ = ["NewEvent", "record_events"]
