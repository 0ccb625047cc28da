import pytest
from django.test import RequestFactory

from accounts.returning import own_path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/articles/1/", "/articles/1/"),
        ("/search/?q=gas&page=2#passage-3", "/search/?q=gas&page=2#passage-3"),
        ("http://testserver/articles/1/", "/articles/1/"),
        ("https://testserver/articles/1/", "/articles/1/"),
    ],
)
def test_pages_of_this_host_are_gone_back_to(url, path):
    assert own_path(RequestFactory().get("/"), url) == path


@pytest.mark.parametrize(
    "url",
    [
        "",
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\x00/evil.example",
        "\x01//evil.example",
        " //evil.example",
        "/\u00a0/evil.example",
        "/\u202e/evil.example",
        "http://evil.example/",
        "https://evil.example/",
        "https:evil.example",
        "http:///evil.example",
        "http://testserver@evil.example/",
        "http://testserver.evil.example/",
        "http://testserver//evil.example",
        "http://testserver\\@evil.example/",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http://[",
        "articles/1/",
        "?q=1",
        "/sign-in/link/of-somebody-else/",
        "/sign-out/",
        "/" + "a" * 2000,
    ],
)
def test_no_address_leads_elsewhere(url):
    assert own_path(RequestFactory().get("/"), url) == ""
