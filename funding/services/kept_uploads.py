"""A file between its preview and the confirmation: kept in the storage, known by a signed token, then thrown away.

The token says who sent it and what was asked, so that nobody confirms another file, or somebody else's.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User

FOLDER = "imports"
KEPT_FOR = timedelta(hours=12)
SALT = "funding.kept_uploads"


class UploadLost(Exception):
    """The token is not one of ours, is somebody else's, or its file was thrown away."""


def keep(file: File, by: User, asked: dict[str, Any]) -> str:
    """The token. `asked`: what JSON can say. Files that nobody confirmed in time go first."""
    _throw_away_old_ones()
    name = default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", file)
    return signing.dumps({"name": name, "by": by.pk, "file_name": file.name, "asked": asked}, salt=SALT, compress=True)


def kept(token: str, by: User) -> tuple[File, dict[str, Any]]:
    """The file, under its own name, and what was asked. Raises UploadLost."""
    try:
        told = signing.loads(token, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature as error:
        raise UploadLost from error
    if told["by"] != by.pk or not default_storage.exists(told["name"]):
        raise UploadLost
    with default_storage.open(told["name"], "rb") as stored:
        return ContentFile(stored.read(), name=told["file_name"]), told["asked"]


def throw_away(token: str) -> None:
    default_storage.delete(signing.loads(token, salt=SALT)["name"])


def _throw_away_old_ones() -> None:
    if not default_storage.exists(FOLDER):
        return
    _folders, names = default_storage.listdir(FOLDER)
    for name in names:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < timezone.now() - KEPT_FOR:
            default_storage.delete(path)
