"""What is asked for, what is built, and what is sealed."""

from reports.models.report import Report, ReportFile
from reports.models.sealed import SealedReport

__all__ = ["Report", "ReportFile", "SealedReport"]
