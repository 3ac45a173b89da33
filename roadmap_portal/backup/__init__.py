"""One archive of everything that the portal keeps, and the way back (`manage.py backup`, `manage.py restore`)."""


class BackupFailed(Exception):
    """Its message is one line, shown as it is."""
