"""Uploads that go to disk while they arrive."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from gis_core.services.uploads import StreamingHandler


def uploads_stream(request: HttpRequest) -> bool:
    """Has the request's files written where they will stay; False, and told, where they are too large.

    Has to come before anything reads the request's body, the check of the token included.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES:
        messages.error(
            request,
            _("The files are larger than the %(size)d MB that may be uploaded at once.")
            % {"size": settings.UPLOAD_MAX_BYTES // 1024**2},
        )
        return False
    request.upload_handlers = [StreamingHandler(request)]
    return True
