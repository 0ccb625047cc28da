"""No list page asks more for many rows than for three and for one."""

import pytest
from django.urls import reverse

from annotations import recording
from annotations.models import Draft

from ..factories import (
    make_affiliation,
    make_article,
    make_event,
    make_issue,
    make_note,
    make_outcome,
    make_outcome_report,
    make_participation,
    make_party,
    make_position,
    make_proposition,
    make_round,
    make_tag,
    make_tagging,
    some_passage,
)

pytestmark = pytest.mark.django_db
KINDS = ["parties", "people", "issues", "propositions", "rounds", "merges"]


class World:
    """One of each thing that has a page, and as many rows on that page as are asked for."""

    def __init__(self, user):
        self.user = user
        self.round = make_round(slug="talks")
        self.office = make_affiliation()
        self.party, self.person = self.office.party, self.office.person
        make_participation(round=self.round, party=self.party)
        self.proposition = make_proposition()
        self.outcome = make_outcome(round=self.round, proposition=self.proposition)
        self.tag = make_tag()
        self.article = make_article(round=self.round)

    def add(self):
        """One row more on every list."""
        article = make_article(round=self.round)
        speaker = make_affiliation(party=self.party)
        make_affiliation(person=self.person)
        other = make_participation(round=self.round, party=make_party()).party
        accepted = {"article": article, "work_status": "accepted"}
        passage = some_passage(article)
        make_position(affiliation=self.office, proposition=self.proposition, **accepted)
        make_position(affiliation=speaker, **accepted)
        make_position(party=other, proposition=self.proposition, stance="opposes", **accepted)
        make_outcome_report(outcome=self.outcome, stances={other: "agrees"}, **accepted)
        make_outcome_report(
            outcome=make_outcome(round=self.round, proposition=self.proposition),
            stances={self.party: "agrees"}, **accepted,
        )  # fmt: skip
        make_event(article=article, parties=[other, speaker], evidence=[passage])
        make_tagging(passage=passage, tag=self.tag, coder=self.user)
        make_note(tag=self.tag)
        make_tag()
        make_issue()
        Draft.objects.create(coder=self.user, article=self.article, kind="position", data={})
        event = make_event(article=article, coder=self.user)
        recording.withdraw(self.user, event, 1, article=article)

    @property
    def addresses(self):
        in_round = ["round_detail", "position_matrix", "party_pairs", "outcome_list", "timeline"]
        found = {name: reverse(f"talks:{name}", args=["talks"]) for name in in_round}
        matrix, pairs = found["position_matrix"], found["party_pairs"]
        return (
            found
            | {
                "csv": reverse("talks:position_matrix_csv", args=["talks"]),
                "a cell": f"{matrix}?cell=all:all",
                "distinct positions": f"{matrix}?count=distinct&cell=all:all",
                "parties and propositions": f"{pairs}?nodes=propositions",
                "home": reverse("talks:home"),
                "party": self.party.get_absolute_url(),
                "person": self.person.get_absolute_url(),
                "proposition": self.proposition.get_absolute_url(),
                "outcome": self.outcome.get_absolute_url(),
                "articles": reverse("annotations:article_list"),
                "codebook": reverse("annotations:codebook"),
                "tag": self.tag.get_absolute_url(),
                "acts": reverse("annotations:act_list"),
                "drafts": reverse("annotations:draft_list", args=[self.article.pk]),
                "at the table": reverse("annotations:participation_list", args=["talks"]),
            }
            | {
                f"reference: {kind}": f"{reverse('talks:reference_list')}?kind={kind}"
                for kind in KINDS
            }
        )


def test_no_list_asks_more_for_many_rows_than_for_one(client, admin, count_queries):
    world = World(admin)
    client.force_login(admin)
    counts = {}

    for rows in (1, 2, 27):
        for _ in range(rows):
            world.add()
        for name, address in world.addresses.items():
            headers = {"HX-Request": "true"} if name == "drafts" else {}
            client.get(address, headers=headers)
            asked = count_queries(lambda a=address, h=headers: client.get(a, headers=h))
            counts.setdefault(name, []).append(asked)

    # A page of a long list may have fewer kinds of rows, and ask less.
    assert {name: found for name, found in counts.items() if max(found) > found[0]} == {}
    assert max(found[0] for found in counts.values()) <= 25
