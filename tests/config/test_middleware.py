"""What every request passes: its id, its line in the log, and the gate."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, example, given
from hypothesis import settings as search
from hypothesis import strategies as st

from config.middleware import ADDRESS_LENGTH, OTHER_TYPE, reads_forms_only
from config.wsgi import application

pytestmark = pytest.mark.urls("tests.config.urls")
FORM = "application/x-www-form-urlencoded"
LINE = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ (?P<level>[A-Z]+) (?P<id>\S+) (?P<rest>.*)")


def lines(log):
    """The log as (level, request id, what is said); a line of another form fails."""
    return [LINE.fullmatch(line).groups() for line in log.getvalue().splitlines()]


def post(client, body, content_type=FORM, **headers):
    return client.generic("POST", "/test/echo/", body, content_type=content_type, headers=headers)


# The id and the log


def test_a_request_id_is_kept_and_answered(client):
    response = client.get(reverse("health_live"), headers={"X-Request-ID": "abc-123"})

    assert response["X-Request-ID"] == "abc-123"


@pytest.mark.parametrize("given_id", ["", "a b", "x" * 65, "<script>", "é", "a\u0009b"])
def test_a_request_id_that_is_none_is_replaced(client, given_id):
    response = client.get(reverse("health_live"), headers={"X-Request-ID": given_id})

    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])


def test_each_request_leaves_one_line_with_its_id(client, log):
    response = client.get("/test/echo/a-one-time-link/?q=a+search")

    [(level, request_id, rest)] = lines(log)
    assert (level, request_id) == ("INFO", response["X-Request-ID"])
    assert re.fullmatch(r"parley\.access GET /test/echo/<str:token>/ 200 \d+ ms", rest)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/test/broken/", 500),
        ("/test/refused/", 500),
        ("/test/forbidden/", 403),
        ("/a-secret/", 404),
    ],
)
def test_no_line_holds_what_a_person_typed(db, log, path, status):
    response = Client(raise_request_exception=False).post(
        path + "?q=a-secret", {"text": "a-secret\nsecond line a-secret"}
    )

    assert response.status_code == status
    assert "secret" not in log.getvalue()
    assert {request_id for _, request_id, _ in lines(log)} == {response["X-Request-ID"]}


def test_a_failure_is_logged_by_its_kind_and_place(log):
    Client(raise_request_exception=False).get("/test/broken/")

    [failure, _] = lines(log)
    assert "builtins.ValueError at urls.py:" in failure[2]
    assert "\n" not in failure[2]


def test_what_the_database_refused_is_logged_by_the_name_of_its_rule(transactional_db, log):
    Client(raise_request_exception=False).post("/test/refused/", {"text": "Off the record"})

    assert "constraint_name=" in log.getvalue()
    assert "table_name=talks_party" in log.getvalue()


def test_strange_hosts_and_missing_tokens_leave_no_trace_of_themselves(db, log):
    Client().get("/", headers={"Host": "secret.example"})
    Client(enforce_csrf_checks=True).post("/test/echo/secret/", {"text": "secret"})

    assert "secret" not in log.getvalue()


# The gate


@pytest.mark.parametrize(
    "path", ["/test/%00/", "/static/%00", "/?q=%00", "/?%00=1", "/?q=%ff", "/?q=%ED%A0%80"]
)
def test_an_address_that_is_no_text_is_refused(client, path):
    response = client.get(path)

    assert response.status_code == 400
    assert "This address has characters that are no text." in response.content.decode()


def test_an_endless_address_is_refused(client):
    assert client.get("/test/echo/?q=" + "a" * ADDRESS_LENGTH).status_code == 414


@pytest.mark.parametrize(
    "body",
    [b"text=%00", b"text=\0", b"%00=1", b"text=%ff", b"text=\xff", b"text=%ED%A0%80", b"text=%C3"],
)
def test_a_form_that_is_no_text_is_refused(client, body):
    assert post(client, body).status_code == 400


def part(value, header=b""):
    name = b'Content-Disposition: form-data; name="text"\r\n' + header
    return b"--x\r\n" + name + b"\r\n" + value + b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    "body", [part(b"\0"), part(b"\xff"), part(b"/w==", b"Content-Transfer-Encoding: base64\r\n")]
)
def test_a_form_in_parts_that_is_no_text_is_refused(client, body):
    assert post(client, body, "multipart/form-data; boundary=x").status_code == 400


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_in_parts_without_a_boundary_is_refused(client, content_type):
    assert post(client, b"x", content_type).status_code == 400


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/xml", OTHER_TYPE])
def test_what_is_no_form_is_refused(client, content_type):
    assert post(client, b"[" * 100_000, content_type).status_code == 415


def test_a_form_that_is_too_large_is_refused(client, settings):
    settings.FORM_LIMIT = 100

    assert post(client, b"text=" + b"a" * 95).status_code == 200
    assert post(client, b"text=" + b"a" * 96).status_code == 413
    assert post(client, part(b"a" * 96), "multipart/form-data; boundary=x").status_code == 413


def test_a_form_of_too_many_fields_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10

    assert post(client, b"&".join([b"a=1"] * 10)).status_code == 200
    assert post(client, b"&".join([b"a=1"] * 11)).status_code == 413


def test_an_address_of_too_many_words_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10

    assert client.get("/test/echo/?" + "&".join(["a=1"] * 10)).status_code == 200
    assert client.get("/test/echo/?" + "&".join(["a=1"] * 11)).status_code == 414


@pytest.mark.parametrize("address", ["http://[", "http://x/?q=%00", "http://x/?q=%2500"])
def test_a_broken_address_of_the_page_is_not_passed_on(client, address):
    response = client.get("/test/address/", headers={"HX-Current-URL": address})

    assert response.content == b"nothing"


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(texts)
@example("Київ – 𝒳 \u202e\ufeff\ufffd 🇺🇦\r\n\t\x0b")
@search(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_other_text_arrives_as_it_was_sent(client, text):
    plain = post(client, urlencode({"text": text}).encode())
    in_parts = post(client, part(text.encode()), "multipart/form-data; boundary=x")

    assert plain.content.decode() == text
    assert in_parts.content.decode() == text


@given(st.binary(max_size=200))
@search(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_form_whatever_makes_it_fail(client, body):
    assert post(client, body).status_code in {200, 400, 413}
    assert post(client, body, "multipart/form-data; boundary=x").status_code in {200, 400, 413}


# The content type, which Django reads before its first middleware


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (FORM, FORM),
        (f"{FORM}; charset=UTF-8", FORM),
        (f"{FORM.upper()};charset=utf-8", FORM),
        (f"{FORM}; charset=rot13", OTHER_TYPE),
        (f"{FORM}; charset=utf-16", OTHER_TYPE),
        ("multipart/form-data; boundary=----abc", "multipart/form-data; boundary=----abc"),
        (
            'multipart/form-data; charset=utf-8; boundary="a b"',
            'multipart/form-data; boundary="a b"',
        ),
        ("text/plain; x*=bad''x", OTHER_TYPE),
        ("text/html; charset=rot13", OTHER_TYPE),
        ("a" * 20_000, OTHER_TYPE),
    ],
)
def test_only_forms_keep_their_content_type(sent, read):
    seen = []
    guarded = reads_forms_only(lambda environ, _: seen.append(environ["CONTENT_TYPE"]))

    guarded(RequestFactory()._base_environ(CONTENT_TYPE=sent), None)

    assert seen == [read]


@given(st.text(st.characters(max_codepoint=255)))
@example("text/plain; charset=rot13")
@example("x; charset=undefined")
def test_no_content_type_keeps_a_request_from_being_read(content_type):
    read = []
    guarded = reads_forms_only(
        lambda environ, _: read.append(RequestFactory().request(**environ).GET)
    )

    guarded(RequestFactory()._base_environ(CONTENT_TYPE=content_type), None)

    assert len(read) == 1


def test_the_server_runs_behind_it(db):
    answered = []
    environ = RequestFactory()._base_environ(
        PATH_INFO="/health/live",
        QUERY_STRING="a=b",
        CONTENT_TYPE="text/plain; charset=rot13",
    )

    application(environ, lambda status, _: answered.append(status))

    assert answered == ["200 OK"]
