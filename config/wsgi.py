"""The WSGI entry point for gunicorn."""

from __future__ import annotations

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")


class Request(WSGIRequest):
    """A request whose letters are UTF-8 until `RequestCheckedMiddleware` has seen what it calls them.

    Django decodes the query by the charset of the body while it makes the request, outside of everything that catches
    errors: `charset=hex` would be a traceback of the web server.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        self.content_type, self.content_params = kind, parameters


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
