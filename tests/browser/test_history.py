"""The pages of the past in a browser: what was changed, a moment, and what was removed for good."""

import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations import coding
from annotations.models import Visibility
from history.models import Tombstone
from tests.factories import make_article, make_position, make_tag, make_tagging

from .test_pages import SCREENS


@pytest.mark.parametrize("options", SCREENS.values(), ids=SCREENS)
def test_pages_of_the_past(open_page, violations, admin, researcher, options):
    tag = make_tag("Unity")
    article = make_article("Both sides agreed.\nNobody left early.")
    coding.tag_passage(researcher, article, 0, 10, tag)
    coding.write_note(researcher, "Is it so, @admin?", Visibility.TEAM, article=article)
    note = researcher.notes.get()
    coding.edit_note(researcher, note, "It is so, @admin.", Visibility.TEAM, 1)
    position = make_position(article=article, coder=researcher)
    tagging = make_tagging(tag=tag, coder=researcher)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    Tombstone.objects.create(
        kind="article", key=999, address="/articles/999/", was_public=True, by=admin,
        reason="Its author asked for it.", rows={"article": 1}, sha256="0" * 64,
    )  # fmt: skip
    found = {}
    for path in (
        f"/history/article/{article.pk}/",
        f"/history/note/{note.pk}/",
        f"/history/position/{position.pk}/",
        f"/history/tagging/{tagging.pk}/",
        f"/history/by/{researcher.pk}/",
        f"{article.get_absolute_url()}?as_of={now}",
        f"{article.get_absolute_url()}?as_of=2000-01-01",
        f"{reverse('talks:position_matrix', args=[article.round.slug])}?as_of={now}",
        "/articles/999/",
    ):
        page = open_page(path, admin, **options)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong := violations(page) + ([f"{wide} pixels too wide"] if wide > 0 else []):
            found[path] = wrong
        heading = page.get_by_role("heading", level=1)
        if heading.count() != 1:
            found[f"{path}, headings"] = heading.all_inner_texts()

    assert found == {}
    expect(page.get_by_text("Its author asked for it.")).to_be_visible()
    open_page.problems[:] = [one for one in open_page.problems if "410" not in one]


def test_at_a_moment_cards_stand_beside_the_words_that_are_read(open_page, researcher):
    article = make_article("\n".join(f"Sentence {n:03} of a long article." for n in range(300)))
    for n in (0, 299):
        start = article.text.index(f"Sentence {n:03}")
        coding.tag_passage(researcher, article, start, start + 12, make_tag(f"Tag {n}"))
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    page = open_page(f"{article.get_absolute_url()}?as_of={now}", researcher)

    expect(page.locator(".card")).to_have_count(1)
    page.locator("mark[data-passages]").last.click()
    card = page.locator(".card", has_text="Sentence 299")
    expect(card).to_be_in_viewport()
    expect(card).to_have_attribute("data-active", "pinned")
    expect(card).to_contain_text("Tag 299")
