"""Settings of an installation. Everything that differs between installations comes from the environment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env

ROOT = env.ROOT
VAR = env.path("FLURPOST_VAR", ROOT / "var")

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", "")
# The address under which the public reaches this installation; used in mails and Open311 answers.
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
# Whom to tell of a hole (/.well-known/security.txt); empty: the imprint of the city.
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "corsheaders",
    "rest_framework",
    "rest_framework_gis",
    "django_htmx",
    "axes",
    "csp",
    "gis_core",
    "parcels",
    "issues",
    "routing",
    "mapui",
    # After ours, whose templates stand in for theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "gis_core.net.clients.ClientAddressMiddleware",
    "mapui.site.middleware.StatementLimitMiddleware",
    "mapui.site.middleware.TextGZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "mapui.site.cities.CityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mapui.maps.at_once.KeptPictureMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "mapui.site.middleware.ChosenLocaleMiddleware",
    "mapui.site.guards.ErrorFormatMiddleware",
    "mapui.site.guards.RequestCheckedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mapui.site.middleware.SessionAgeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "mapui.site.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------
_DATABASE = dj_database_url.parse(env.text("DATABASE_URL"), conn_max_age=600)
DATABASES = {
    "default": {
        **_DATABASE,
        # A look-up takes a millisecond, beginning parallel processes twenty: with a million parcels the planner would.
        "OPTIONS": {
            # A machine that is cut off lets go within a minute of what it held; PostgreSQL would wait for two hours.
            "options": "-c max_parallel_workers_per_gather=0 -c tcp_keepalives_idle=30"
            " -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            **_DATABASE.get("OPTIONS", {}),
        },
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_HEALTH_CHECKS": True,
    }
}
# After so many seconds PostgreSQL ends a statement, by who waits for it. Commands, loads and trials have no limit.
STATEMENT_SECONDS = {"public": 10, "staff": 30, "task": 300}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A projected CRS in metres; the migrations read it, so it is fixed once an installation has data.
STORAGE_SRID = env.number("STORAGE_SRID", 25832)

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A Redis that hangs must not hold up a report: the intake counts its requests there.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
# So long a public page that was made serves everybody who asks for the same; what changes in public is seen at once.
SHARED_ANSWER_SECONDS = env.number("SHARED_ANSWER_SECONDS", 60)

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A killed worker's task is not redelivered by the broker: the outbox's lease brings it back.
CELERY_TASK_ACKS_LATE = False
# An intake request must not wait for a broker that is down; the sweep makes up for what was not published.
# kombu's own default is to try for four seconds; `max_retries` is about publishing, workers reconnect for ever.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
# Loads and trial runs take minutes and much memory: they have workers of their own, so that no report waits for one.
CELERY_TASK_DEFAULT_QUEUE = "reports"
CELERY_TASK_ROUTES = {
    f"{app}.tasks.geodata_*": {"queue": "geodata"} for app in ("gis_core", "routing")
} | {
    "routing.tasks.trial_run": {"queue": "geodata"},
    "routing.tasks.ground_run": {"queue": "geodata"},
    # Receivers may be as slow as they like: nothing else waits for them, and they do not wait for strangers' servers.
    "routing.tasks.deliveries_send_due": {"queue": "deliveries"},
    "routing.tasks.numbers_poll": {"queue": "deliveries"},
    # Servers of strangers may be as slow as they like: nobody else waits for them.
    "issues.tasks.photos_*": {"queue": "photos"},
    "issues.tasks.mailbox_*": {"queue": "photos"},
    # Whatever is due after years without a run must not keep a report waiting either.
    "issues.tasks.retention_*": {"queue": "photos"},
    "routing.tasks.probes_*": {"queue": "photos"},
    "routing.tasks.syncs_*": {"queue": "photos"},
    "gis_core.tasks.map_*": {"queue": "photos"},
    "routing.tasks.map_*": {"queue": "photos"},
}
CELERY_TIMEZONE = "Europe/Berlin"
# The sweeps find what no nudge came for. A tick that waited longer than its interval is dropped: the next one works.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in {
        "routing.tasks.decisions_make_missing": 20,
        "routing.tasks.map_hearings_hold_due": 30,
        "routing.tasks.deliveries_send_due": 20,
        "routing.tasks.alarms_send_due": 60,
        "routing.tasks.refusals_follow_due": 20,
        "routing.tasks.numbers_poll": 10,
        "routing.tasks.probes_run_due": 30,
        "routing.tasks.syncs_run_due": 60,
        "routing.tasks.news_gather": 60,
        "routing.tasks.deadlines_watch": 60,
        "routing.tasks.digests_send_due": 60,
        "routing.tasks.clearing_mails_send_due": 60,
        "routing.tasks.steps_work": 30,
        "routing.tasks.clarifications_expire": 300,
        "issues.tasks.photos_fetch_due": 30,
        "issues.tasks.replies_send_due": 20,
        "issues.tasks.mailbox_read": 60,
        "issues.tasks.confirmations_send_due": 20,
        "issues.tasks.links_send_due": 20,
        "issues.tasks.codes_send_due": 20,
        "issues.tasks.notices_send_due": 300,
        "routing.tasks.notices_send_due": 60,
        "issues.tasks.drafts_erase": 900,
        "issues.tasks.follow_news_gather": 60,
        "issues.tasks.follow_letters_send_due": 20,
        "issues.tasks.following_erase": 900,
        "issues.tasks.inquiries_expire": 300,
        "issues.tasks.periods_watch": 900,
        "config.tasks.sheets_make_due": 30,
        "config.tasks.letters_make_due": 30,
        "gis_core.tasks.geodata_load_waiting": 60,
        "gis_core.tasks.geodata_rasters_make_waiting": 60,
        "gis_core.tasks.map_sources_harvest_waiting": 60,
        # Whether a map service answers is shown with since-when, so it is asked by day as well.
        "gis_core.tasks.map_sources_harvest": 3600,
        "routing.tasks.geodata_impacts_store_missing": 60,
        "config.tasks.logs_rotate_due": 300,
        "routing.tasks.trials_go_on": 60,
        "routing.tasks.geodata_proposals_make_missing": 60,
    }.items()
}
# Services of geodata are asked at night, when they and this installation have least to do.
CELERY_BEAT_SCHEDULE["gis_core.tasks.geodata_services_sync"] = {
    "task": "gis_core.tasks.geodata_services_sync",
    "schedule": crontab(hour=2, minute=30),
    "options": {"expires": 3600},
}

CELERY_BEAT_SCHEDULE["news of the day"] = {
    "task": "routing.tasks.news_gather",
    "kwargs": {"urgent_only": False},
    "schedule": crontab(hour=6, minute=30),
    "options": {"expires": 3600},
}
# Every hour of a Monday, so that nobody misses a mail because something was down; each goes out once.
CELERY_BEAT_SCHEDULE["routing.tasks.digests_queue"] = {
    "task": "routing.tasks.digests_queue",
    "schedule": crontab(day_of_week="mon", hour="7-23", minute=5),
    "options": {"expires": 3600},
}
CELERY_BEAT_SCHEDULE["routing.tasks.probes_watch"] = {
    "task": "routing.tasks.probes_watch",
    "schedule": crontab(hour=4, minute=10),
    "options": {"expires": 3600},
}

CELERY_BEAT_SCHEDULE["config.tasks.sessions_clear"] = {
    "task": "config.tasks.sessions_clear",
    "schedule": crontab(hour=3, minute=15),
    "options": {"expires": 3600},
}

CELERY_BEAT_SCHEDULE["issues.tasks.retention_apply"] = {
    "task": "issues.tasks.retention_apply",
    "schedule": crontab(hour=3, minute=40),
    "options": {"expires": 3600},
}

# --- Deciding -------------------------------------------------------------------------------------
# How long a reporter may take to answer the question that would settle a doubtful report.
QUESTION_HOURS = env.number("QUESTION_HOURS", 48)
# How long a decision waits for map services where nobody knows the owner class of the parcel.
EVIDENCE_WAIT_SECONDS = env.number("EVIDENCE_WAIT_SECONDS", 20)
# How many decisions of a rule people must have judged before its precision counts.
SHADOW_SAMPLE = env.number("SHADOW_SAMPLE", 20)

# --- Forwarding -----------------------------------------------------------------------------------
# A worker that died holds a delivery no longer than this; longer than any sending may take.
DELIVERY_LEASE_SECONDS = env.number("DELIVERY_LEASE_SECONDS", 180)
# Time to the next attempt: tripled each time, up to two hours, a fifth more or less.
DELIVERY_BACKOFF_SECONDS = env.number("DELIVERY_BACKOFF_SECONDS", 60)
DELIVERY_BACKOFF_MAX_SECONDS = 7_200
# So long a receiver may be out of order, in working days of the recipient: from Friday evening to Thursday evening.
DELIVERY_PATIENCE_WORKING_DAYS = 4
# A receiver that refuses what is in it (SMTP 5yz, HTTP 400, 422) is asked only this often.
DELIVERY_REFUSALS_MAX = 3
# A delivery with which so many workers in a row have ended goes to a person.
DELIVERY_WORKERS_LOST_MAX = 10
# After this time without a number a token is given up.
DELIVERY_TOKEN_LIMIT = timedelta(hours=72)
# How long a link to the partner page opens it.
PARTNER_LINK_LIFETIME = timedelta(days=env.number("PARTNER_LINK_DAYS", 90))

# A clerk's step that leaves the house waits so long, and can be taken back until then; one on many issues waits longer.
STEP_HOLD_SECONDS = env.number("STEP_HOLD_SECONDS", 30)
BULK_HOLD_SECONDS = env.number("BULK_HOLD_SECONDS", 180)
# A report that most likely repeats an earlier one waits so long for a person before it is passed on by itself.
DUPLICATE_HOLD_MINUTES = env.number("DUPLICATE_HOLD_MINUTES", 5)

# --- Maps -----------------------------------------------------------------------------------------
# The map server's file is written by `manage.py mapserver_config`; browsers reach the server through the proxy only.
MAPFILE = env.path("MAPFILE", VAR / "maps" / "flurpost.map")
MAPSERVER_URL = env.text("MAPSERVER_URL", f"http://{env.text('MAP_ADDRESS', '127.0.0.1:8001')}/wms")

# Map services that the registry suggests: a CSV file, explained in docs/maps.md; empty for none.
MAP_SERVICE_PRESETS = env.text("MAP_SERVICE_PRESETS", str(ROOT / "fixtures" / "map_services.csv"))

# Pictures of map services lie here until they are of no use or the folder is full.
PICTURE_ROOT = VAR / "pictures"
# Own rasters, prepared for maps, and how many bytes of pixels one may have.
RASTER_ROOT = VAR / "rasters"
RASTER_MAX_BYTES = env.number("RASTER_MAX_MEGABYTES", 8000) * 1024 * 1024
# Touched when registry or geodata change, so that all processes see it at once.
MAP_REGISTRY_MARK = VAR / "maps" / "registry-changed"
PICTURE_CACHE_BYTES = env.number("PICTURE_CACHE_MEGABYTES", 2048) * 1024 * 1024

# --- Files ----------------------------------------------------------------------------------------
MEDIA_ROOT = VAR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
NPM_ROOT = env.path("NPM_ROOT", ROOT / "mapui" / "node_modules")
STATICFILES_DIRS = [
    ("npm/leaflet", NPM_ROOT / "leaflet" / "dist"),
    ("npm/maplibre-gl", NPM_ROOT / "maplibre-gl" / "dist"),
    ("npm/maplibre-gl-leaflet", NPM_ROOT / "@maplibre" / "maplibre-gl-leaflet" / "dist"),
    ("npm/kern-ux/fira-sans", NPM_ROOT / "@kern-ux" / "native" / "dist" / "fonts" / "fira-sans"),
    ("npm/altcha", NPM_ROOT / "altcha" / "dist" / "workers"),
    ("npm/htmx", NPM_ROOT / "htmx.org" / "dist"),
    ("npm/proj4", NPM_ROOT / "proj4" / "dist"),
    ("npm/geographiclib-geodesic", NPM_ROOT / "geographiclib-geodesic"),
]
STATICFILES_FINDERS = [
    "config.finders.LibraryFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.ModuleStaticFilesStorage"},
}
# Nobody else on the machine reads what people sent.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o640, 0o750
PHOTO_MAX_BYTES = 15 * 1024 * 1024
# What is decoded in pieces; what a decoder has to hold whole (WebP, HEIC, progressive JPEG, interlaced PNG); and what
# it holds several times (AVIF). Each stays below about 600 MB.
PHOTO_MAX_PIXELS = 250_000_000
PHOTO_MAX_PIXELS_WHOLE = 52_000_000
PHOTO_MAX_PIXELS_AVIF = 26_000_000
# What is fetched of services lies here while it is loaded.
FETCH_ROOT = VAR / "fetched"
# Sources of geodata by Land: a CSV file, explained in docs/loading-geodata.md; empty for none.
GEODATA_PRESETS = env.text("GEODATA_PRESETS", str(ROOT / "fixtures" / "geodata_presets.csv"))
# Services to load from every night: a JSON file, explained in docs/loading-geodata.md; empty for none.
GEODATA_SERVICES = env.text("GEODATA_SERVICES", "")
# Column mappings of the installation's own as files, beside those in the database.
GEODATA_PROFILES = env.text("GEODATA_PROFILES", "")
# Sources of geodata that administrators upload; they lie here until their edition is activated or discarded.
UPLOAD_ROOT = VAR / "uploads"
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_MEGABYTES", 20_000) * 1024 * 1024
# Evidence sheets that were made lie here until they are old or the folder is full.
SHEET_ROOT = VAR / "sheets"
SHEET_CACHE_BYTES = env.number("SHEET_CACHE_MEGABYTES", 500) * 1024 * 1024
# Programs send photos as Base64 in a form or in JSON; how much text a report may have is checked there.
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Language and time ----------------------------------------------------------------------------
# No cookie but those of session and CSRF.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
FORMAT_MODULE_PATH = ["mapui.formats"]
LOCALE_PATHS = [ROOT / "mapui" / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_I18N = True
USE_TZ = True

# --- Mail -----------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "") if env.flag("EMAIL_AUTH", default=False) else ""
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD") if EMAIL_HOST_USER else ""
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "flurpost@localhost")

# Whose mails become reports; empty for none. INBOX_JURISDICTION is needed where several are served.
INBOX = env.mailbox("INBOX_URL")
INBOX_PASSWORD = env.text("INBOX_PASSWORD") if INBOX else ""
INBOX_JURISDICTION = env.text("INBOX_JURISDICTION", "")

# --- Outgoing requests ----------------------------------------------------------------------------
# Networks (CIDR) that outgoing requests of a purpose may reach although they are private. There is none for photos:
# anybody may send an address of one.
PRIVATE_NETWORKS = {
    "map_service": env.words("PRIVATE_NETWORKS_MAP_SERVICES", ""),
    "receiver": env.words("PRIVATE_NETWORKS_RECEIVERS", ""),
    "geodata": env.words("PRIVATE_NETWORKS_GEODATA", ""),
}

# --- Security -------------------------------------------------------------------------------------
# Networks (CIDR) of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", "127.0.0.0/8,::1")
CSRF_FAILURE_VIEW = "mapui.site.errors.csrf_refused"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "triage"
LOGOUT_REDIRECT_URL = "public_map"
# A login ends after so many hours, when it is not used for so many minutes, and with the browser.
SESSION_COOKIE_AGE = env.number("SESSION_HOURS", 10) * 3600
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES", 60) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_RESET_TIMEOUT = 2 * 3600
AUTHENTICATION_BACKENDS = [
    # First, so that a locked account's password is not even looked at.
    "mapui.site.logins.LockBackend",
    "django.contrib.auth.backends.ModelBackend",
    # Roles: what people may do, and with which issues.
    "issues.rights.GrantBackend",
]
# Five failures of an account from one address lock it from there; who comes in forgets the failures before.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Tries during the lock do not prolong it: the page says when it ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "mapui.site.accounts.locked_respond"
AXES_CLIENT_IP_CALLABLE = "gis_core.net.clients.client_address"
AXES_CLIENT_STR_CALLABLE = "mapui.site.logins.client_told"
# Second factor and single sign-on of the staff; their accounts are made by invitation alone.
ACCOUNT_ADAPTER = "mapui.site.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_ADAPTER = "mapui.site.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Flurpost"
# A clock that is half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Roles (`issues.enums.Role`) whose people set up a second factor before they do anything else.
SECOND_FACTOR_ROLES = env.words("SECOND_FACTOR_ROLES", "")
SOCIALACCOUNT_ADAPTER = "mapui.site.sign_on.SignOnAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# The link to the server is no form: a policy for forms would have to name the server.
SOCIALACCOUNT_LOGIN_ON_GET = True
SIGN_ON_NAME = env.text("OIDC_NAME", "Single Sign-on")
SIGN_ON_SERVER = env.text("OIDC_SERVER_URL", "")
# The same for citizens; whoever comes from there has an account of the city and no right (ADR 28).
CITIZEN_SIGN_ON_NAME = env.text("CITIZEN_OIDC_NAME", "BundID")
CITIZEN_SIGN_ON_SERVER = env.text("CITIZEN_OIDC_SERVER_URL", "")


def _sign_on(provider: str, name: str, server: str, client: str, secret: str) -> dict[str, Any]:
    return {
        "provider_id": provider,
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": server},
    }


_sign_ons = []
if SIGN_ON_SERVER:
    _sign_ons.append(
        _sign_on(
            "sso",
            SIGN_ON_NAME,
            SIGN_ON_SERVER,
            env.text("OIDC_CLIENT_ID"),
            env.text("OIDC_CLIENT_SECRET"),
        )
    )
if CITIZEN_SIGN_ON_SERVER:
    _sign_ons.append(
        _sign_on(
            "citizens",
            CITIZEN_SIGN_ON_NAME,
            CITIZEN_SIGN_ON_SERVER,
            env.text("CITIZEN_OIDC_CLIENT_ID"),
            env.text("CITIZEN_OIDC_CLIENT_SECRET"),
        )
    )
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": _sign_ons}}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# GDAL before 3.9 (Debian 12) cannot be kept from files and network: foreign geometry never reaches it here
# (GML and NAS are parsed by gis_core.loading.gml, the other formats by pyogrio's own GDAL).
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Any page may read what is public anyway, without cookies; everything else stays closed to other origins.
PUBLIC_READ_REGEX = (
    r"/(open311/v2/|api/responsibility/$|api/issues/\d+/\d+/\d+\.geojson$|api/boundary\.geojson$"
    r"|feeds/issues\.|api/ogc/)"
)
# No address is open as such: issues.api.origins opens the reading ones among its requests.
CORS_URLS_REGEX = r"(?!)"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS")
CORS_ALLOW_HEADERS = (
    "accept",
    "accept-language",
    "cache-control",
    "content-type",
    "if-modified-since",
    "if-none-match",
    "x-requested-with",
)
CORS_EXPOSE_HEADERS = ("ETag", "Last-Modified", "Link", "Retry-After", "X-Total-Count")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Flurpost",
    "DESCRIPTION": "The interfaces for programs. docs/api-open311.md says more about the Open311 server.",
    "VERSION": "1",
    "LICENSE": {"name": "EUPL-1.2"},
    "SCHEMA_PATH_PREFIX": "/",
    # Values to choose from stand where they are used.
    "POSTPROCESSING_HOOKS": [],
    # Errors of Open311 are lists.
    "ENABLE_LIST_MECHANICS_ON_NON_2XX": True,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"refusals": {"()": "config.logs.RefusalFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "pyogrio": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # It tells which key was used.
        "fido2": {"level": "WARNING"},
        # It warns of each sign that no font has.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        # libvips tells each step at INFO and each oddity of a file at WARNING; what matters of it is raised.
        "pyvips": {"level": "ERROR"},
    },
}
