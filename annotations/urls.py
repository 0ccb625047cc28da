from django.urls import path

from .items import Kind
from .views import (
    acts,
    browsing,
    carrying,
    codebook,
    codebook_figures,
    codebook_files,
    codebook_lists,
    history,
    inbox,
    live,
    mending,
    notes,
    passages,
    reader,
    recording,
    reviewing,
    search,
)

app_name = "annotations"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("articles/", browsing.article_list, name="article_list"),
    path("articles/change/", browsing.article_bulk, name="article_bulk"),
    path("articles/<id:article_id>/", reader.reader, name="reader"),
    path("articles/<id:article_id>/notes/", notes.article_notes, name="article_notes"),
    path("articles/<id:article_id>/links/", passages.link_new, name="link_new"),
    path(
        "articles/<id:article_id>/supersede/", carrying.article_supersede, name="article_supersede"
    ),
    path(
        "articles/<id:article_id>/differences/",
        carrying.version_differences,
        name="version_differences",
    ),
    path(
        "articles/<id:article_id>/work-on-superseded/",
        carrying.work_on_superseded,
        name="work_on_superseded",
    ),
    path("articles/<id:article_id>/carries/", carrying.carry_list, name="carry_list"),
    path("carries/<id:carry_id>/settle/", carrying.carry_settle, name="carry_settle"),
    path("carries/<id:carry_id>/drop/", carrying.carry_drop, name="carry_drop"),
    path("passages/<id:passage_id>/", passages.passage_detail, name="passage_detail"),
    path("passages/<id:passage_id>/bounds/", passages.bounds_edit, name="bounds_edit"),
    path("taggings/<id:tagging_id>/withdraw/", passages.tagging_withdraw, name="tagging_withdraw"),
    path("notes/<id:note_id>/", notes.note_detail, name="note_detail"),
    path("notes/<id:note_id>/replies/", notes.note_replies, name="note_replies"),
    path("notes/<id:note_id>/withdraw/", notes.note_withdraw, name="note_withdraw"),
    path("live/", live.live, name="live"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<id:notice_id>/", inbox.notice, name="notice"),
    path("colleagues/", inbox.colleague_list, name="colleague_list"),
    path("acts/", acts.act_list, name="act_list"),
    path("acts/<id:act_id>/undo/", acts.act_undo, name="act_undo"),
    path("review/", reviewing.review_queue, name="review_queue"),
    path("review/mine/", inbox.review_mine, name="review_mine"),
    *(
        path(
            f"review/{kind.value.replace('_', '-')}s/<id:item_id>/",
            reviewing.review_item,
            {"kind": kind},
            name=f"review_{kind.value}",
        )
        for kind in Kind
    ),
    path("history/by/<id:account_id>/", history.person_history, name="history_by"),
    *(
        path(
            f"history/{kind}/<id:object_id>/",
            history.object_history,
            {"kind": kind},
            name=f"{kind.replace('-', '_')}_history",
        )
        for kind in history.KINDS
    ),
    path("codebook/", codebook.codebook, name="codebook"),
    path("codebook/move/", codebook.tree_move, name="tree_move"),
    path("codebook/proposed/", codebook_lists.proposal_list, name="proposal_list"),
    path("codebook/recheck/", codebook_lists.recheck, name="recheck"),
    path("codebook/figures/", codebook_figures.tag_figures, name="tag_figures"),
    path("codebook/file/", codebook_files.codebook_file, name="codebook_file"),
    path("codebook/codebook.csv", codebook_files.codebook_csv, name="codebook_csv"),
    path("codebook/codebook.qdc", codebook_files.codebook_qdc, name="codebook_qdc"),
    path("codebook/versions/", codebook_lists.version_list, name="version_list"),
    path(
        "taggings/<id:tagging_id>/recheck/", codebook_lists.tagging_recheck, name="tagging_recheck"
    ),
    path("tags/new/", codebook.tag_new, name="tag_new"),
    path("tags/<id:tag_id>/edit/", codebook.tag_edit, name="tag_edit"),
    path("tags/<id:tag_id>/move/", codebook.tag_move, name="tag_move"),
    path("tags/<id:tag_id>/merge/", codebook.tag_merge, name="tag_merge"),
    path("tags/<id:tag_id>/split/", codebook.tag_split, name="tag_split"),
    path("tags/<id:tag_id>/archive/", codebook.tag_archive, name="tag_archive"),
    path("tags/<id:tag_id>/accept/", codebook.tag_accept, name="tag_accept"),
    path("tags/<id:tag_id>/restore/", codebook.tag_restore, name="tag_restore"),
    path("tags/<id:tag_id>/", browsing.tag_detail, name="tag_detail"),
    path("tags/<id:tag_id>/notes/", notes.tag_notes, name="tag_notes"),
    path("articles/<id:article_id>/positions/new/", recording.position_new, name="position_new"),
    path(
        "articles/<id:article_id>/outcomes/new/",
        recording.outcome_report_new,
        name="outcome_report_new",
    ),
    path("articles/<id:article_id>/events/new/", recording.event_new, name="event_new"),
    path("articles/<id:article_id>/drafts/", recording.draft_list, name="draft_list"),
    path("drafts/<id:draft_id>/discard/", recording.draft_discard, name="draft_discard"),
    path("positions/<id:position_id>/edit/", recording.position_edit, name="position_edit"),
    path(
        "positions/<id:position_id>/withdraw/",
        recording.position_withdraw,
        name="position_withdraw",
    ),
    path(
        "outcome-reports/<id:report_id>/evidence/",
        recording.report_evidence,
        name="report_evidence",
    ),
    path(
        "outcome-reports/<id:report_id>/withdraw/",
        recording.report_withdraw,
        name="report_withdraw",
    ),
    path("events/<id:event_id>/evidence/", recording.event_evidence, name="event_evidence"),
    path("events/<id:event_id>/edit/", mending.event_edit, name="event_edit"),
    path("events/<id:event_id>/accept/", mending.event_accept, name="event_accept"),
    path("outcomes/<id:outcome_id>/edit/", mending.outcome_edit, name="outcome_edit"),
    path("events/<id:event_id>/withdraw/", recording.event_withdraw, name="event_withdraw"),
]
