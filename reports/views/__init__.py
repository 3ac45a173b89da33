"""Pages of the reports: everyone's, and those of the administration."""
