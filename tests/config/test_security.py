"""The headers of every answer, and templates that need nothing inline."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.urls import reverse

TEMPLATES = sorted((project.BASE_DIR / "templates").rglob("*.html"))
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def test_a_page_has_these_headers(client, db):
    response = client.get(reverse("accounts:sign_in"))

    assert response["Content-Security-Policy"] == CSP
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"].split(", ")
    assert "clipboard-write=(self)" in response["Permissions-Policy"].split(", ")


@pytest.mark.parametrize("path", ["/nothing/", "/?q=%00"])
def test_a_refusal_has_the_same_policy(client, db, path):
    assert client.get(path)["Content-Security-Policy"] == CSP


def test_a_bad_host_is_refused_on_a_page_of_ours(client, db):
    response = client.get("/", headers={"Host": "evil.example"})

    assert response.status_code == 400
    assert "<h1>This request was not understood</h1>" in response.content.decode()
    assert "evil.example" not in response.content.decode()
    assert response["Content-Security-Policy"] == CSP


def test_pages_of_those_signed_in_are_kept_nowhere(client, researcher):
    client.force_login(researcher)

    response = client.get(reverse("accounts:account"))

    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_pages_of_visitors_are_asked_for_again(client, db):
    assert client.get(reverse("talks:home"))["Cache-Control"] == "private, no-cache"


def test_cookies_are_bound_to_this_host_in_production():
    names = ["SESSION_COOKIE", "CSRF_COOKIE"]
    show = f"""
import json
from django.conf import settings
print(json.dumps([[getattr(settings, name + part) for part in
    ("_NAME", "_SECURE", "_HTTPONLY", "_SAMESITE")] for name in {names}]))
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "a key that is long enough for production, and random to the eye",
        "DEBUG": "",
        "HTTPS": "",
    }
    shown = subprocess.run(
        [sys.executable, "-c", show],
        env=environment,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(shown.stdout) == [
        ["__Host-parley-session", True, True, "Lax"],
        ["__Host-parley-csrf", True, True, "Lax"],
    ]


INLINE = {
    "a script": r"<script(?![^>]*\bsrc=)",
    "a style sheet": r"<style\b",
    "a style": r"<[^>]*\sstyle\s*=",
    "an event handler": r"<[^>]*\son[a-z]+\s*=",
    "code for htmx": r"\bhx-on\b|\bhx-(?:vals|headers|confirm)[^=]*=.\s*(?:js|javascript):",
    "a condition for htmx": r"\bhx-trigger[^=]*=.[^\"'>]*\[",
    "an address that is code": r"=.\s*javascript:",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_in_a_template_needs_more_than_the_policy_allows(template):
    html = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", template.read_text(), flags=re.DOTALL)

    found = [what for what, pattern in INLINE.items() if re.search(pattern, html, re.IGNORECASE)]

    assert found == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_each_form_that_changes_something_has_a_token(template):
    forms = re.findall(r"<form\b.*?</form>", template.read_text(), flags=re.DOTALL)
    posts = [form for form in forms if re.search(r"method=.post|hx-post", form, re.IGNORECASE)]

    assert [form for form in posts if "csrf_token" not in form and "{% include" not in form] == []
