"""Settings: everything an installation may change is an environment variable; the rest is fixed here."""

import atexit
import os
import secrets
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from careward.config import looking
from careward.config.home import open_home
from careward.config.keys import secret_key
from careward.config.rooms import ROOMS

ROOT = Path(__file__).resolve().parents[2]
IN_A_CLONE = (ROOT / "manage.py").exists()  # else installed, where the folder beside the package is nobody's to write in
TESTING = "pytest" in sys.modules


def _home() -> Path:
    """Where everything lies; tests get a folder of their own, gone afterwards."""
    named = os.environ.get("CAREWARD_HOME")
    if TESTING and not named:
        named = tempfile.mkdtemp(prefix="careward-test-")
        atexit.register(shutil.rmtree, named, ignore_errors=True)
    return open_home(Path(named or (ROOT if IN_A_CLONE else Path.cwd()) / "var"))


CAREWARD_HOME = _home()
if not TESTING:
    os.umask(0o077)  # what is made from here on is its owner's alone
# A command that only looks says so (cli/ready); where it may not write, it makes nothing and opens the database to read.
ONLY_LOOKING = os.environ.get("CAREWARD_LOOKING") == "1" and looking.cannot_be_written(CAREWARD_HOME)
CAREWARD_PACKS = Path(os.environ.get("CAREWARD_PACKS") or CAREWARD_HOME / "packs")  # an organisation's own, beside those shipped
DEBUG = False
DEMONSTRATION = os.environ.get("CAREWARD_DEMONSTRATION", "") == "1"
SECRET_KEY = secrets.token_urlsafe(64) if ONLY_LOOKING else secret_key(CAREWARD_HOME)
ALLOWED_HOSTS = os.environ.get("CAREWARD_HOSTS", "localhost,127.0.0.1,[::1]" + (",testserver" if TESTING else "")).split(",")
BASE_URL = os.environ.get("CAREWARD_URL", "http://localhost:8000")
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "careward.web",
    *ROOMS,
    "careward.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "careward.web.headers.SecurityHeaders",
    "careward.web.health.HealthFirst",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "careward.web.unfit.RefuseUnfit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "careward.people.signin.idle.EndsWhenIdle",
    "careward.people.signin.middleware.WhoIsAsking",
    "careward.web.size.NotTooLarge",
    "careward.web.errors.RefusalPages",
    "careward.people.signin.asking.QuestionsByNumber",
    "careward.people.signin.visits.WasHere",
]

ROOT_URLCONF = "careward.config.urls"
WSGI_APPLICATION = "careward.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "careward.web.jinja.environment",
            "context_processors": ["careward.web.jinja.shell"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]


def _database() -> dict[str, object]:
    """SQLite in CAREWARD_HOME unless CAREWARD_DATABASE_URL names a PostgreSQL."""
    url = os.environ.get("CAREWARD_DATABASE_URL", "")
    if not url and ONLY_LOOKING:
        options = {"init_command": "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;"}
        name = looking.address(CAREWARD_HOME / "careward.sqlite3")
        return {"ENGINE": "careward.evidence.rows.engines.sqlite3", "NAME": name, "OPTIONS": options}
    if not url:
        return {
            "ENGINE": "careward.evidence.rows.engines.sqlite3",
            "NAME": CAREWARD_HOME / "careward.sqlite3",
            "TEST": {"NAME": CAREWARD_HOME / "test.sqlite3"},  # a file, so that threads race on it as they do in life
            "OPTIONS": {
                # IMMEDIATE: a read-then-write transaction otherwise fails under load (DESIGN section 5).
                "transaction_mode": "IMMEDIATE",
                "timeout": int(os.environ.get("CAREWARD_LOCK_SECONDS", "30")),  # how long to wait for whoever writes
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;",
            },
        }
    part = urlsplit(url)
    if part.scheme not in ("postgresql", "postgres"):
        raise SystemExit(f"CAREWARD_DATABASE_URL begins with {part.scheme!r}: write postgresql://USER@HOST:PORT/NAME")
    return {
        "ENGINE": "careward.evidence.rows.engines.postgresql",
        "NAME": unquote(part.path.lstrip("/")),
        "USER": unquote(part.username or ""),
        "PASSWORD": unquote(part.password or ""),
        "HOST": unquote(part.hostname or ""),
        "PORT": part.port or "",
        "CONN_MAX_AGE": 60,  # 0 costs eight-fold
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 4,  # seconds: one that is away is said, not waited for
            "tcp_user_timeout": 8_000,  # milliseconds
            "options": f"-c lock_timeout={os.environ.get('CAREWARD_LOCK_SECONDS', '0')}s",  # as with SQLite; commands wait their turn
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        if TESTING
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": CAREWARD_HOME / "cache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},  # with Django's 300, many wrong tries would push out the counts of earlier ones
        }
    )
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [{"NAME": "careward.people.signin.passwords.PasswordRule"}]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "careward.people.signin.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "5/m/ip,3/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("CAREWARD_PROXIES", "0"))  # else all who come by a proxy share one limit
MFA_ADAPTER = "careward.people.signin.sign_in.FactorAdapter"  # seals TOTP secrets at rest
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # localhost only: a browser gives passkeys to no other plain address
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a challenge of the second step could else be answered at the door, by a found key alone
MFA_TOTP_ISSUER = "Careward"

SESSION_COOKIE_NAME = "__Host-careward" if SECURE else "careward"
CSRF_COOKIE_NAME = "__Host-careward-form" if SECURE else "csrftoken"
SESSION_COOKIE_AGE = 12 * 3600  # since signing in
IDLE_MINUTES = int(os.environ.get("CAREWARD_IDLE_MINUTES", "30"))  # without a page asked for, and a session is over
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "careward.web.errors.form_out_of_date"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked by the machine itself, which goes through no proxy
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # of a form without its files, and of what a client sends
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_FILES, UPLOAD_BYTES = 200, 512 * 1024 * 1024  # of one upload, where files are taken; more goes in at the command line
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_FILES
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # Django else opens what it stores to everybody
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

READ_APART = not TESTING  # files are read by processes with bounds; a test asks for it where it is about that: each begins for 0.3 s
READING_TIMES = float(os.environ.get("CAREWARD_READING_TIMES", "1"))  # how much more than usual a file may cost to read
DRAFT_DAYS = int(os.environ.get("CAREWARD_DRAFT_DAYS", "30"))  # how long answers that were not sent are kept

TOKEN_DAYS = int(os.environ.get("CAREWARD_TOKEN_DAYS", "90"))  # how long a token lasts, at most and where no day is named
TOKEN_WARNING_DAYS = int(os.environ.get("CAREWARD_TOKEN_WARNING_DAYS", "14"))  # how long before its end its person is told
WRONG_TOKENS = 20  # that one address may try in five minutes, and that may be tried with one beginning

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True
CLOCK = partial(datetime.now, UTC)  # the moment of a request: the only clock that pages know
PROGRAMS_ASK_AT = "/api/"  # as urls.py has it: what is refused there is answered in the words of the API

# What compares: DuckDB in this process, or a Spark Connect server, which keeps what it works out where its workers and we both reach.
ENGINE = os.environ.get("CAREWARD_ENGINE", "duckdb")
ENGINE_MEMORY = os.environ.get("CAREWARD_ENGINE_MEMORY", "")  # DuckDB's; blank: by the number of accounts
ENGINE_FOLDER = os.environ.get("CAREWARD_ENGINE_FOLDER", str(CAREWARD_HOME / "engine"))
SPARK_URL = os.environ.get("CAREWARD_SPARK_URL", "")
if ENGINE not in ("duckdb", "spark"):
    raise SystemExit(f"CAREWARD_ENGINE is {ENGINE!r}: write duckdb or spark")
if ENGINE == "spark" and not SPARK_URL.startswith("sc://"):
    raise SystemExit("CAREWARD_ENGINE is spark, so CAREWARD_SPARK_URL must name its Connect server: write sc://HOST:PORT")

# A witness elsewhere that cosigns the newest checkpoint: its address, and its public key as its keeper gave it by hand.
WITNESS = os.environ.get("CAREWARD_WITNESS", "")
WITNESS_KEY = os.environ.get("CAREWARD_WITNESS_KEY", "")
if WITNESS and not WITNESS_KEY:
    raise SystemExit("CAREWARD_WITNESS is named, so CAREWARD_WITNESS_KEY must hold its public key: careward ledger witness prints it")

WATCH_TOKEN = os.environ.get("CAREWARD_WATCH_TOKEN", "")  # of whoever watches from another machine: /metrics, and the words of /healthz
if WATCH_TOKEN and len(WATCH_TOKEN) < 20:
    raise SystemExit("CAREWARD_WATCH_TOKEN is too short to keep anybody out: write 20 characters or more, drawn by lot")

STATIC_URL = "/static/"
STATIC_ROOT = CAREWARD_HOME / "static"
if not ONLY_LOOKING:
    STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": CAREWARD_HOME / "uploads"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING

# Letters go to the relay named, or lie in CAREWARD_HOME/mail for whoever hands them on.
EMAIL_HOST, _, _port = os.environ.get("CAREWARD_SMTP", "").partition(":")
EMAIL_PORT = int(_port or 25)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = CAREWARD_HOME / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("CAREWARD_FROM", "careward@localhost")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "careward.config.logs.json_formatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": os.environ.get("CAREWARD_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
