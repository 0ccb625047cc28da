import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

GOOD_KEY = "q9Zt2mBvX7wLr4KpYc8NsJf3HdGa6TeUo1Ri5QxEkMzWbVyCnP"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("TRUE", True), (" on ", True), ("0", False), ("No", False), ("", None)],
)
def test_a_boolean_is_read(monkeypatch, value, expected):
    monkeypatch.setenv("DEBUG", value)

    assert env.boolean("DEBUG", default=None) is expected


@pytest.mark.parametrize("value", ["2", "yes please", "None"])
def test_a_word_that_is_no_boolean_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("DEBUG", value)

    with pytest.raises(ImproperlyConfigured, match=r"^DEBUG is "):
        env.boolean("DEBUG")


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8e3", "٨", "1" * 5000, "0x50", "80.0"])
def test_a_number_outside_its_bounds_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("PORT", value)

    with pytest.raises(ImproperlyConfigured, match=r"^PORT is .* from 1 to 65535"):
        env.integer("PORT", 8000, 1, 65535)


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("65535", 65535), ("", 8000)])
def test_a_number_within_its_bounds_is_read(monkeypatch, value, expected):
    monkeypatch.setenv("PORT", value)

    assert env.integer("PORT", 8000, 1, 65535) == expected


def test_a_list_is_read_without_white_space_and_empty_parts(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example, ,b.example ,")

    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_an_empty_list_is_the_default(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " , ")

    assert env.words("ALLOWED_HOSTS", ["localhost"]) == ["localhost"]


def test_a_path_is_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_DATA", "here")

    assert env.path("PARLEY_DATA", "var") == tmp_path / "here"


@pytest.mark.parametrize(
    "key",
    ["", "   ", "secret", "changeme", "x" * 80, "django-insecure-" + GOOD_KEY, GOOD_KEY[:31]],
)
def test_a_weak_secret_key_is_refused(monkeypatch, key):
    monkeypatch.delenv("DEBUG", raising=False)
    monkeypatch.setenv("SECRET_KEY", key)

    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_KEY is ") as refusal:
        env.secret_key()
    assert GOOD_KEY[:31] not in str(refusal.value)


def test_a_strong_secret_key_is_taken(monkeypatch):
    monkeypatch.delenv("DEBUG", raising=False)
    monkeypatch.setenv("SECRET_KEY", GOOD_KEY)

    assert env.secret_key() == GOOD_KEY


def test_while_debugging_the_secret_key_may_be_missing(monkeypatch):
    monkeypatch.setenv("DEBUG", "1")
    monkeypatch.delenv("SECRET_KEY", raising=False)

    assert len(env.secret_key()) > 50
    assert env.secret_key() != env.secret_key()


def address(entry):
    return {key: entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}


@pytest.mark.parametrize(
    ("url", "name", "user", "password", "host", "port"),
    [
        ("postgres://ann:secret@db:6432/talks", "talks", "ann", "secret", "db", "6432"),
        ("postgresql://db/talks", "talks", "", "", "db", ""),
        ("postgresql:///talks", "talks", "", "", "", ""),
        ("postgresql://a%40b:%2F%23%3A%40@db/t%20t", "t t", "a@b", "/#:@", "db", ""),
        ("postgresql://ann@%2Frun%2FPostgres/talks", "talks", "ann", "", "/run/Postgres", ""),
        (
            "postgresql:///talks?host=/run/Postgres&port=5433",
            "talks",
            "",
            "",
            "/run/Postgres",
            "5433",
        ),
        ("postgresql://ann:x@[::1]:5432/talks", "talks", "ann", "x", "::1", "5432"),
    ],
)
def test_a_database_url_is_read(url, name, user, password, host, port):
    assert address(env.database(url)) == {
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": port,
    }


def test_the_options_of_a_database_url_reach_the_connection():
    entry = env.database("postgresql://db/talks?sslmode=verify-full&connect_timeout=9")

    assert entry["OPTIONS"]["sslmode"] == "verify-full"
    assert entry["OPTIONS"]["connect_timeout"] == "9"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///db.sqlite3",
        "mysql://ann:hunter2@db/talks",
        "db.example",
        "postgresql://ann:hunter2@db",
        "postgresql://ann:hunter2@db/",
        "postgresql://ann:hunter2@db/a/b",
        "postgresql://ann:hunter2@db:port/talks",
        "postgresql://ann:hunter2@db:70000/talks",
        "postgresql://ann:hunter2@db/talks?port=many",
        "postgresql://ann:hunter2#@db/talks",
        "postgresql://ann:hunter2@[::1/talks",
        "postgresql://ann:hunter2@d℀b/talks",
        "postgresql://ann:hunter2%00@db/talks",
        "postgresql://ann:hunter2%ff@db/talks",
        "postgresql://db/talks?password=hunter2",
        "postgresql://db/talks?pool=1",
        "postgresql://db/talks?sslmode",
        "postgresql://db/talks?sslmode=sometimes",
    ],
)
def test_any_other_database_url_is_refused_without_telling_the_password(url):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL is not understood") as refusal:
        env.database(url)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_no_wait_for_the_database_is_endless():
    options = env.database("postgresql://db/talks")["OPTIONS"]

    assert options["connect_timeout"] == 5
    assert options["pool"]["timeout"] == 5
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {limit}=" in options["options"]
    assert "-c jit=off" in options["options"]


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (
            "smtp://mira%40x:p%2Fw@mail.example.org",
            ("mail.example.org", 587, "mira@x", "p/w", True, False),
        ),
        ("smtp://localhost:25?tls=0", ("localhost", 25, "", "", False, False)),
        ("smtps://m:p@mail.example.org", ("mail.example.org", 465, "m", "p", False, True)),
    ],
)
def test_a_mail_server_is_read(monkeypatch, url, options):
    monkeypatch.setenv("EMAIL_URL", url)
    found = env.mailer("EMAIL_URL")["OPTIONS"]
    names = ("host", "port", "username", "password", "use_tls", "use_ssl")

    assert tuple(found[name] for name in names) == options


def test_mail_goes_to_the_console_unless_said(monkeypatch):
    monkeypatch.delenv("EMAIL_URL", raising=False)

    assert env.mailer("EMAIL_URL") == {"BACKEND": "django.core.mail.backends.console.EmailBackend"}


@pytest.mark.parametrize(
    "url",
    ["mail.example.org", "smtp://", "smtp://u:pa55@[h", "smtp://u:pa55@h:0", "smtp://h/?ssl=1"],
)
def test_any_other_mail_server_is_refused_without_telling_the_password(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)

    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is not understood") as refusal:
        env.mailer("EMAIL_URL")
    assert "pa55" not in str(refusal.value)


@pytest.mark.parametrize("value", ["parley.example.org", "https://", "https://h/?a=b", "https://["])
def test_where_the_site_is_must_be_an_address(monkeypatch, value):
    monkeypatch.setenv("SITE_URL", value)

    with pytest.raises(ImproperlyConfigured, match="SITE_URL is"):
        env.origin("SITE_URL", "")


def test_mail_comes_from_an_address(monkeypatch):
    monkeypatch.setenv("EMAIL_FROM", "Parley <p@example.org>")
    assert env.mailbox("EMAIL_FROM", "") == "Parley <p@example.org>"
    monkeypatch.setenv("EMAIL_FROM", "Parley")
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM"):
        env.mailbox("EMAIL_FROM", "")
