"""Writing money: one function per use case, which checks the right, locks and writes in one transaction."""

from funding.transitions.ledger import EventRefused, NewEvent, add_line, correct_event, record_events, say_authorisation

__all__ = ["EventRefused", "NewEvent", "add_line", "correct_event", "record_events", "say_authorisation"]
