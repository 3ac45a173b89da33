"""Commitments, milestones, axes and indicators as JSON, under /api/v1/."""
