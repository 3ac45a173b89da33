"""What may be uploaded: a file is what its name says, and nothing else besides (requirement S8).

The name proposes a format, the bytes decide. What two programs would read in two ways (a PDF that is an archive too,
a page of HTML named .csv) is refused whole; last comes the antivirus, where there is one. Nothing here knows a model
or keeps a file.
"""

from commitments.uploads.reading import FORMATS, Upload, read_upload
from commitments.uploads.refusals import UploadRefused

__all__ = ["FORMATS", "Upload", "UploadRefused", "read_upload"]
