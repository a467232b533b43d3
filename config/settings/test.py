"""Settings under test: quick hashing, memory cache, plain static files; PostgreSQL stays the real one."""

from config.settings.base import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests share no queue with a worker that runs beside them.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# Each test has a registry of its own: what one held must not be told to the next.
MAP_REGISTRY_MARK = VAR / "secret-key" / "none"
# WhiteNoise looks files up when they are asked for: tests need no collected ones.
WHITENOISE_AUTOREFRESH = True
# How many statements a page needs must not depend on what the connection was told before.
STATEMENT_SECONDS = dict.fromkeys(STATEMENT_SECONDS, 0)
# Tests report many things at one place; what holds a repeat is tested on its own.
DUPLICATE_HOLD_MINUTES = 0
# Tests change what is public past the services that write events.
SHARED_ANSWER_SECONDS = 0
