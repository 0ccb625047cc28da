"""The checks of 0004 and 0008, each looking up by index what belongs to its own row.

A connection keeps the plan it made for a check. One made while a table was empty, or by statistics
of then, reads whole tables for every row, and joined two of them: 6,000 positions took minutes.
So within these functions no table is read through (``enable_seqscan``) and none is joined to
another (a scalar subquery never becomes a join), whatever the statistics say. What is checked,
what is locked and in which order is as before.
"""

from django.db import migrations

POSITION = """
CREATE OR REPLACE FUNCTION talks_check_position(checked bigint) RETURNS void
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    held talks_position;
    pieces bigint;
    from_elsewhere bigint;
    quotes bigint;
    speakers_party bigint;
BEGIN
    SELECT * INTO held FROM talks_position WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*),
            count(*) FILTER (WHERE held.article_id <> (
                SELECT article_id FROM talks_passage WHERE id = evidence.passage_id)),
            count(*) FILTER (WHERE evidence.role = 'quote')
        INTO pieces, from_elsewhere, quotes
        FROM talks_evidence evidence WHERE evidence.position_id = checked;
    IF pieces = 0 THEN
        PERFORM talks_refuse('a position has at least one piece of evidence',
            'position_has_evidence');
    END IF;
    IF from_elsewhere > 0 THEN
        PERFORM talks_refuse('the evidence of a position is from its own article',
            'position_evidence_is_from_its_article');
    END IF;
    IF held.speech_form IN ('direct', 'mixed') AND quotes = 0 THEN
        PERFORM talks_refuse('direct and mixed speech has a quote among its evidence',
            'quoted_speech_has_a_quote');
    END IF;
    IF held.speech_form NOT IN ('direct', 'mixed') AND quotes > 0 THEN
        PERFORM talks_refuse('speech with a quote among its evidence is direct or mixed',
            'speech_with_a_quote_is_quoted');
    END IF;
    IF held.affiliation_id IS NOT NULL THEN
        SELECT party_id INTO speakers_party FROM talks_affiliation
            WHERE id = held.affiliation_id FOR SHARE;
        IF speakers_party <> held.party_id THEN
            PERFORM talks_refuse('a speaker is affiliated with the party of the position',
                'speaker_belongs_to_the_party');
        END IF;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION talks_affiliation_keeps_its_party() RETURNS trigger
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    its_party bigint;
BEGIN
    SELECT party_id INTO its_party FROM talks_affiliation WHERE id = NEW.id;
    IF EXISTS (
        SELECT 1 FROM talks_position WHERE affiliation_id = NEW.id AND party_id <> its_party
    ) THEN
        PERFORM talks_refuse('a speaker is affiliated with the party of the position',
            'speaker_belongs_to_the_party');
    END IF;
    RETURN NULL;
END $$;

DROP FUNCTION talks_check_speaker(bigint, bigint);
"""

REPORT = """
CREATE OR REPLACE FUNCTION talks_check_report(checked bigint) RETURNS void
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    report talks_outcomereport;
    article_round bigint;
    outcome_round bigint;
    pieces bigint;
    from_elsewhere bigint;
    agreeing bigint;
    in_favour bigint;
    against bigint;
BEGIN
    SELECT * INTO report FROM talks_outcomereport WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*),
            count(*) FILTER (WHERE report.article_id <> (
                SELECT article_id FROM talks_passage WHERE id = evidence.passage_id))
        INTO pieces, from_elsewhere
        FROM talks_evidence evidence WHERE evidence.outcome_report_id = checked;
    IF pieces = 0 THEN
        PERFORM talks_refuse('an outcome report has at least one piece of evidence',
            'report_has_evidence');
    END IF;
    IF from_elsewhere > 0 THEN
        PERFORM talks_refuse('the evidence of an outcome report is from its own article',
            'report_evidence_is_from_its_article');
    END IF;
    SELECT round_id INTO article_round FROM talks_article WHERE id = report.article_id FOR SHARE;
    SELECT round_id INTO outcome_round FROM talks_outcome WHERE id = report.outcome_id FOR SHARE;
    IF article_round <> outcome_round THEN
        PERFORM talks_refuse('an outcome is reported by an article of its round',
            'report_is_from_an_article_of_its_round');
    END IF;
    SELECT count(*) FILTER (WHERE stance = 'agrees'),
            count(*) FILTER (WHERE stance IN ('agrees', 'supports')),
            count(*) FILTER (WHERE stance = 'rejects')
        INTO agreeing, in_favour, against
        FROM talks_outcomestance WHERE report_id = checked;
    IF report.status IN ('agreed', 'agreed_to_explore') AND agreeing < 2 THEN
        PERFORM talks_refuse('what is agreed has at least two parties that agree',
            'agreed_outcome_has_two_that_agree');
    END IF;
    IF report.status = 'disputed' AND (in_favour = 0 OR against = 0) THEN
        PERFORM talks_refuse('what is disputed has one party for it and one against it',
            'disputed_outcome_has_both_sides');
    END IF;
END $$;
"""

EVENT = """
CREATE OR REPLACE FUNCTION talks_check_event(checked bigint) RETURNS void
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    event talks_event;
    its_article bigint;
    its_round bigint;
    is_elsewhere boolean := false;
BEGIN
    SELECT * INTO event FROM talks_event WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM talks_evidence WHERE event_id = checked) THEN
        PERFORM talks_refuse('an event has at least one piece of evidence', 'event_has_evidence');
    END IF;
    FOR its_article IN
        SELECT DISTINCT (SELECT article_id FROM talks_passage WHERE id = evidence.passage_id)
        FROM talks_evidence evidence WHERE evidence.event_id = checked ORDER BY 1
    LOOP
        SELECT round_id INTO its_round FROM talks_article WHERE id = its_article FOR SHARE;
        is_elsewhere := is_elsewhere OR its_round <> event.round_id;
    END LOOP;
    IF is_elsewhere THEN
        PERFORM talks_refuse('the evidence of an event is from articles of its round',
            'event_evidence_is_from_its_round');
    END IF;
END $$;
"""

# In the order of their ids, so that two articles that move at once wait for each other in turn.
ROUND = """
CREATE OR REPLACE FUNCTION talks_article_keeps_its_round() RETURNS trigger
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    its_report bigint;
    its_event bigint;
BEGIN
    FOR its_report IN
        SELECT id FROM talks_outcomereport WHERE article_id = NEW.id ORDER BY id
    LOOP
        PERFORM talks_check_report(its_report);
    END LOOP;
    FOR its_event IN
        SELECT DISTINCT evidence.event_id FROM talks_passage passage
        CROSS JOIN LATERAL (
            SELECT event_id FROM talks_evidence
            WHERE passage_id = passage.id AND event_id IS NOT NULL
            OFFSET 0  -- so that it stays a look-up by the passage
        ) evidence
        WHERE passage.article_id = NEW.id ORDER BY 1
    LOOP
        PERFORM talks_check_event(its_event);
    END LOOP;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION talks_outcome_keeps_its_round() RETURNS trigger
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    its_report bigint;
BEGIN
    FOR its_report IN
        SELECT id FROM talks_outcomereport WHERE outcome_id = NEW.id ORDER BY id
    LOOP
        PERFORM talks_check_report(its_report);
    END LOOP;
    RETURN NULL;
END $$;
"""

# These look up by primary key already.
LOOKUPS = """
ALTER FUNCTION talks_passage_quotes_its_article() SET enable_seqscan = off;
ALTER FUNCTION talks_stance_comes_with_its_report() SET enable_seqscan = off;
ALTER FUNCTION talks_article_supersedes_in_order() SET enable_seqscan = off;
ALTER FUNCTION talks_is_another_version(bigint, bigint) SET enable_seqscan = off;
"""

LOOKUPS_REVERSE = LOOKUPS.replace("SET enable_seqscan = off", "RESET enable_seqscan")

# As 0004 has them.
POSITION_REVERSE = """
CREATE FUNCTION talks_check_speaker(speaker bigint, of_position bigint) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM talks_position held JOIN talks_affiliation ON talks_affiliation.id = speaker
        WHERE held.affiliation_id = speaker AND held.party_id <> talks_affiliation.party_id
            AND (of_position IS NULL OR held.id = of_position)
    ) THEN
        PERFORM talks_refuse('a speaker is affiliated with the party of the position',
            'speaker_belongs_to_the_party');
    END IF;
END $$;

CREATE OR REPLACE FUNCTION talks_affiliation_keeps_its_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_speaker(NEW.id, NULL);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION talks_check_position(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    held talks_position;
    pieces bigint;
    from_elsewhere bigint;
    quotes bigint;
BEGIN
    SELECT * INTO held FROM talks_position WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), count(*) FILTER (WHERE passage.article_id <> held.article_id),
            count(*) FILTER (WHERE evidence.role = 'quote')
        INTO pieces, from_elsewhere, quotes
        FROM talks_evidence evidence
        LEFT JOIN talks_passage passage ON passage.id = evidence.passage_id
        WHERE evidence.position_id = checked;
    IF pieces = 0 THEN
        PERFORM talks_refuse('a position has at least one piece of evidence',
            'position_has_evidence');
    END IF;
    IF from_elsewhere > 0 THEN
        PERFORM talks_refuse('the evidence of a position is from its own article',
            'position_evidence_is_from_its_article');
    END IF;
    IF held.speech_form IN ('direct', 'mixed') AND quotes = 0 THEN
        PERFORM talks_refuse('direct and mixed speech has a quote among its evidence',
            'quoted_speech_has_a_quote');
    END IF;
    IF held.speech_form NOT IN ('direct', 'mixed') AND quotes > 0 THEN
        PERFORM talks_refuse('speech with a quote among its evidence is direct or mixed',
            'speech_with_a_quote_is_quoted');
    END IF;
    IF held.affiliation_id IS NOT NULL THEN
        PERFORM 1 FROM talks_affiliation WHERE id = held.affiliation_id FOR SHARE;
        PERFORM talks_check_speaker(held.affiliation_id, checked);
    END IF;
END $$;
"""

REPORT_REVERSE = """
CREATE OR REPLACE FUNCTION talks_check_report(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    report talks_outcomereport;
    article_round bigint;
    outcome_round bigint;
    pieces bigint;
    from_elsewhere bigint;
    agreeing bigint;
    in_favour bigint;
    against bigint;
BEGIN
    SELECT * INTO report FROM talks_outcomereport WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*), count(*) FILTER (WHERE passage.article_id <> report.article_id)
        INTO pieces, from_elsewhere
        FROM talks_evidence evidence
        LEFT JOIN talks_passage passage ON passage.id = evidence.passage_id
        WHERE evidence.outcome_report_id = checked;
    IF pieces = 0 THEN
        PERFORM talks_refuse('an outcome report has at least one piece of evidence',
            'report_has_evidence');
    END IF;
    IF from_elsewhere > 0 THEN
        PERFORM talks_refuse('the evidence of an outcome report is from its own article',
            'report_evidence_is_from_its_article');
    END IF;
    SELECT round_id INTO article_round FROM talks_article WHERE id = report.article_id FOR SHARE;
    SELECT round_id INTO outcome_round FROM talks_outcome WHERE id = report.outcome_id FOR SHARE;
    IF article_round <> outcome_round THEN
        PERFORM talks_refuse('an outcome is reported by an article of its round',
            'report_is_from_an_article_of_its_round');
    END IF;
    SELECT count(*) FILTER (WHERE stance = 'agrees'),
            count(*) FILTER (WHERE stance IN ('agrees', 'supports')),
            count(*) FILTER (WHERE stance = 'rejects')
        INTO agreeing, in_favour, against
        FROM talks_outcomestance WHERE report_id = checked;
    IF report.status IN ('agreed', 'agreed_to_explore') AND agreeing < 2 THEN
        PERFORM talks_refuse('what is agreed has at least two parties that agree',
            'agreed_outcome_has_two_that_agree');
    END IF;
    IF report.status = 'disputed' AND (in_favour = 0 OR against = 0) THEN
        PERFORM talks_refuse('what is disputed has one party for it and one against it',
            'disputed_outcome_has_both_sides');
    END IF;
END $$;
"""

EVENT_REVERSE = """
CREATE OR REPLACE FUNCTION talks_check_event(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    event talks_event;
BEGIN
    SELECT * INTO event FROM talks_event WHERE id = checked FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM talks_evidence WHERE event_id = checked) THEN
        PERFORM talks_refuse('an event has at least one piece of evidence', 'event_has_evidence');
    END IF;
    PERFORM 1 FROM talks_article WHERE id IN (
        SELECT passage.article_id FROM talks_evidence evidence
        JOIN talks_passage passage ON passage.id = evidence.passage_id
        WHERE evidence.event_id = checked
    ) ORDER BY id FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM talks_evidence evidence
        JOIN talks_passage passage ON passage.id = evidence.passage_id
        JOIN talks_article article ON article.id = passage.article_id
        WHERE evidence.event_id = checked AND article.round_id <> event.round_id
    ) THEN
        PERFORM talks_refuse('the evidence of an event is from articles of its round',
            'event_evidence_is_from_its_round');
    END IF;
END $$;
"""

ROUND_REVERSE = """
CREATE OR REPLACE FUNCTION talks_article_keeps_its_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_report(id) FROM talks_outcomereport WHERE article_id = NEW.id;
    PERFORM talks_check_event(event_id) FROM talks_evidence WHERE event_id IS NOT NULL
        AND passage_id IN (SELECT id FROM talks_passage WHERE article_id = NEW.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION talks_outcome_keeps_its_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_report(id) FROM talks_outcomereport WHERE outcome_id = NEW.id;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("talks", "0013_history")]

    operations = [
        migrations.RunSQL(POSITION, POSITION_REVERSE),
        migrations.RunSQL(REPORT, REPORT_REVERSE),
        migrations.RunSQL(EVENT, EVENT_REVERSE),
        migrations.RunSQL(ROUND, ROUND_REVERSE),
        migrations.RunSQL(LOOKUPS, LOOKUPS_REVERSE),
    ]
