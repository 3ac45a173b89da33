"""What builds reports, keeps their files and tells of them, one function a use."""

from reports.services.building import produce
from reports.services.mail import tell_of_report
from reports.services.storing import sweep

__all__ = ["produce", "sweep", "tell_of_report"]
