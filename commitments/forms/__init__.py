"""Shapes of what staff type. A form never decides who or when; the rules are the transitions'."""

from commitments.forms.steering import ClosingForm, DecisionForm, MeetingForm
from commitments.forms.updates import PostponementForm, UpdateForm, chosen

__all__ = ["ClosingForm", "DecisionForm", "MeetingForm", "PostponementForm", "UpdateForm", "chosen"]
