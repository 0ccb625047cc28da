"""A file as it looked, beside what was read from it: seen as it was, and nothing in it acts."""

import pytest
from django.urls import reverse

from talks import loading
from talks.extracting import Reader, Unreadable
from talks.models import Origin

from .files import W, make_docx, make_epub, make_html, make_odt, make_pdf, make_zip

HEADED = (
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>The talks</w:t></w:r></w:p>'
    "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Kyiv</w:t></w:r><w:r><w:t> agreed.</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Swap</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
STYLES = (
    f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Heading1">'
    '<w:name w:val="heading 1"/></w:style></w:styles>'
)
OPEN = (
    '<text:h text:outline-level="1">The talks</text:h>'
    "<text:p>Kyiv<text:note><text:note-citation>1</text:note-citation><text:note-body>"
    "<text:p>One side alone.</text:p></text:note-body></text:note> agreed.</text:p>"
    "<text:list><text:list-item><text:p>Swap</text:p></text:list-item></text:list>"
    "<text:tracked-changes><text:p>Gone.</text:p></text:tracked-changes>"
)
ACTING = (
    '<h1 onclick="alert(1)" style="color:red">The talks</h1><script>alert(2)</script>'
    '<img src="https://tracker.example/1.png" alt="Delegates"><img src="data:image/svg+xml,x">'
    '<p><a href="https://away.example/">Away</a><svg onload="alert(3)"></svg></p>'
    '<iframe src="/"></iframe><form action="/sign-out/"><button>Out</button></form>'
    '<meta http-equiv="refresh" content="0; url=https://away.example/"><style>p{}</style>'
    '<link rel="stylesheet" href="https://away.example/x.css"><base href="https://away.example/">'
)
STAYS = '<h1>The talks</h1><img alt="Delegates"><img><p>Away</p>'  # without addresses and handlers


@pytest.fixture(scope="module")
def reader():
    with Reader() as child:
        yield child


def shown(reader, content, format, **options):  # noqa: A002
    return " ".join(reader.show(content, format=format, **options)["html"].split())


def test_a_word_file_shows_its_headings_bold_words_and_tables(reader):
    content = make_docx(body=HEADED, extra={"word/styles.xml": STYLES}.items())

    assert shown(reader, content, "docx") == (
        "<h1>The talks</h1><p><strong>Kyiv</strong> agreed.</p>"
        "<table><tbody><tr><td><p>Swap</p></td></tr></tbody></table>"
    )


def test_an_opendocument_text_shows_its_headings_lists_and_notes(reader):
    assert shown(reader, make_odt(body=OPEN), "odt") == (
        "<h1>The talks</h1><p>Kyiv<sup>[1]</sup> agreed.</p><ul><li><p>Swap</p></li></ul>"
        "<hr><ol><li><p>One side alone.</p></li></ol>"
    )


@pytest.mark.parametrize("format", ["html", "epub"])
def test_nothing_in_a_page_acts_or_loads(reader, format):  # noqa: A002
    page = f"<html><body>{ACTING}</body></html>"
    content = page.encode() if format == "html" else make_epub([], chapter=page)

    assert shown(reader, content, format, encoding="utf-8") == STAYS


def test_pictures_of_a_book_are_those_that_lie_in_it(reader):
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><img src="../a.png" alt="Here"/>'
        '<img src="../../../etc/passwd.png" alt="Away"/></body></html>'
    )
    content = make_epub([], chapter=page, extra={"OPS/a.png": b"\x89PNG"}.items())

    assert shown(reader, content, "epub") == (
        '<img src="data:image/png;base64,iVBORw==" alt="Here"><img alt="Away">'
    )


def test_what_lies_outside_a_word_file_is_not_opened(reader, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    picture = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" TargetMode="External" Type="{picture}" Target="{secret.as_uri()}"/>'
        "</Relationships>"
    )
    body = (
        '<w:p><w:r><w:drawing><a:inline xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/'
        '2006/main"><a:graphicData><p:pic xmlns:p="http://schemas.openxmlformats.org/drawingml/'
        '2006/picture"><p:blipFill><a:blip r:link="r1" xmlns:r="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships"/></p:blipFill></p:pic></a:graphicData></a:graphic>'
        "</a:inline></w:drawing></w:r></w:p>"
    )
    content = make_docx(body=body, extra={"word/_rels/document.xml.rels": links}.items())

    assert shown(reader, content, "docx") == "<p><img></p>"


def test_a_bomb_is_not_unpacked_to_be_shown(reader):
    content = make_zip({"word/document.xml": b"0" * 50_000_000})

    with pytest.raises(Unreadable, match="ZIP bombs"):
        reader.show(content, format="docx")


@pytest.fixture
def begun(admin):
    def begin(content, name):
        with Reader() as child:
            return loading.begin(admin, content, name=name, origin=Origin.UPLOAD, reader=child)

    return begin


@pytest.mark.django_db
def test_the_pages_of_a_pdf_are_pictures_for_admins_alone(client, admin, editor, begun):
    intake = begun(make_pdf(["They met in Istanbul."]), "a.pdf")
    frame = reverse("talks:intake_shown", args=[intake.pk])
    client.force_login(editor)
    assert [client.get(frame + more).status_code for more in ("", "?page=1")] == [404, 404]

    client.force_login(admin)
    assert 'src="?page=1"' in client.get(frame).text
    picture = client.get(f"{frame}?page=1")
    assert picture["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    for number in ("2", "0", "-1", "99999", "x", "1" * 30):
        assert client.get(f"{frame}?page={number}").status_code == 404


@pytest.mark.django_db
def test_only_our_own_page_frames_the_file_and_no_script_runs_in_it(client, admin, begun):
    intake = begun(make_html(["They met.", "They agreed."]), "a.html")
    client.force_login(admin)

    page = client.get(intake.get_absolute_url())
    frame = client.get(reverse("talks:intake_shown", args=[intake.pk]))

    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert frame["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'self';"
        " sandbox allow-same-origin"
    )
    assert "<p>They agreed.</p>" in frame.text


@pytest.mark.django_db
def test_what_cannot_be_shown_is_shown_as_it_was_read(client, admin, begun):
    broken = {"word/styles.xml": "<w:styles"}
    intake = begun(make_docx(["They met in Istanbul."], extra=broken.items()), "a.docx")
    client.force_login(admin)

    frame = client.get(reverse("talks:intake_shown", args=[intake.pk]))

    assert frame.status_code == 200
    assert "It cannot be shown as it looked." in frame.text
    assert "They met in Istanbul." in frame.text
