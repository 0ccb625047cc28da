"""What PostgreSQL itself holds true of positions, outcome reports and events, whoever writes.

What several rows must hold together is checked when the transaction ends, on the rows as they
are then. Each check first locks the rows that a transaction next to it could pull from under it,
so that of two which take away the last two pieces of evidence only one comes through; that needs
READ COMMITTED, in which the counting after the lock sees what the other one has done.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION talks_refuse(what text, named text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', what
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = named;
END $$;
"""

REFUSE_REVERSE = """
DROP FUNCTION talks_refuse(text, text);
"""

POSITION = """
CREATE FUNCTION talks_check_position(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION talks_position_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_position(NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER position_is_sound
    AFTER INSERT OR UPDATE OF speech_form, party_id, affiliation_id ON talks_position
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_position_is_sound();

CREATE FUNCTION talks_affiliation_keeps_its_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_speaker(NEW.id, NULL);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER affiliation_keeps_its_party
    AFTER UPDATE OF party_id ON talks_affiliation
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_affiliation_keeps_its_party();

CREATE FUNCTION talks_position_stays_in_its_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_refuse('a position stays in its article', 'position_stays_in_its_article');
END $$;

CREATE TRIGGER position_stays_in_its_article BEFORE UPDATE ON talks_position
    FOR EACH ROW WHEN (OLD.article_id <> NEW.article_id OR OLD.id <> NEW.id)
    EXECUTE FUNCTION talks_position_stays_in_its_article();
"""

POSITION_REVERSE = """
DROP TRIGGER position_stays_in_its_article ON talks_position;
DROP FUNCTION talks_position_stays_in_its_article();
DROP TRIGGER affiliation_keeps_its_party ON talks_affiliation;
DROP FUNCTION talks_affiliation_keeps_its_party();
DROP TRIGGER position_is_sound ON talks_position;
DROP FUNCTION talks_position_is_sound();
DROP FUNCTION talks_check_position(bigint);
DROP FUNCTION talks_check_speaker(bigint, bigint);
"""

# An article may be moved to another round, and an outcome too, so both are held while they are
# compared. Who agrees is written with the report, in one transaction: xid8 never comes back, and
# is the same in all savepoints of a transaction.
REPORT = """
ALTER TABLE talks_outcomereport
    ADD COLUMN written_in xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION talks_check_report(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION talks_report_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_report(NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER report_is_sound AFTER INSERT ON talks_outcomereport
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_report_is_sound();

CREATE FUNCTION talks_report_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_refuse('an outcome report never changes: write another, or withdraw it',
        'outcome_report_is_frozen');
END $$;

CREATE TRIGGER report_is_frozen BEFORE UPDATE ON talks_outcomereport
    FOR EACH ROW WHEN (
        ROW(OLD.id, OLD.outcome_id, OLD.article_id, OLD.status, OLD.implementation, OLD.as_of,
            OLD.note, OLD.coder_id, OLD.created_at, OLD.written_in)
        IS DISTINCT FROM
        ROW(NEW.id, NEW.outcome_id, NEW.article_id, NEW.status, NEW.implementation, NEW.as_of,
            NEW.note, NEW.coder_id, NEW.created_at, NEW.written_in)
    )
    EXECUTE FUNCTION talks_report_is_frozen();

CREATE TRIGGER report_is_kept BEFORE DELETE ON talks_outcomereport
    FOR EACH ROW EXECUTE FUNCTION talks_report_is_frozen();

CREATE FUNCTION talks_stance_comes_with_its_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT written_in FROM talks_outcomereport WHERE id = NEW.report_id)
        <> pg_current_xact_id()
    THEN
        PERFORM talks_refuse('who agrees is written together with the report, and never later',
            'outcome_stance_comes_with_its_report');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stance_comes_with_its_report BEFORE INSERT ON talks_outcomestance
    FOR EACH ROW EXECUTE FUNCTION talks_stance_comes_with_its_report();

CREATE TRIGGER stance_is_frozen BEFORE UPDATE ON talks_outcomestance
    FOR EACH ROW WHEN (
        ROW(OLD.id, OLD.report_id, OLD.stance, OLD.basis)
        IS DISTINCT FROM ROW(NEW.id, NEW.report_id, NEW.stance, NEW.basis)
    )
    EXECUTE FUNCTION talks_report_is_frozen();

CREATE TRIGGER stance_is_kept BEFORE DELETE ON talks_outcomestance
    FOR EACH ROW EXECUTE FUNCTION talks_report_is_frozen();
"""

REPORT_REVERSE = """
DROP TRIGGER stance_is_kept ON talks_outcomestance;
DROP TRIGGER stance_is_frozen ON talks_outcomestance;
DROP TRIGGER stance_comes_with_its_report ON talks_outcomestance;
DROP FUNCTION talks_stance_comes_with_its_report();
DROP TRIGGER report_is_kept ON talks_outcomereport;
DROP TRIGGER report_is_frozen ON talks_outcomereport;
DROP FUNCTION talks_report_is_frozen();
DROP TRIGGER report_is_sound ON talks_outcomereport;
DROP FUNCTION talks_report_is_sound();
DROP FUNCTION talks_check_report(bigint);
ALTER TABLE talks_outcomereport DROP COLUMN written_in;
"""

EVENT = """
CREATE FUNCTION talks_check_event(checked bigint) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION talks_event_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_event(NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER event_is_sound AFTER INSERT OR UPDATE OF round_id ON talks_event
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_event_is_sound();
"""

EVENT_REVERSE = """
DROP TRIGGER event_is_sound ON talks_event;
DROP FUNCTION talks_event_is_sound();
DROP FUNCTION talks_check_event(bigint);
"""

EVIDENCE = """
CREATE FUNCTION talks_check_owner(piece talks_evidence) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF piece.position_id IS NOT NULL THEN
        PERFORM talks_check_position(piece.position_id);
    ELSIF piece.outcome_report_id IS NOT NULL THEN
        PERFORM talks_check_report(piece.outcome_report_id);
    ELSIF piece.event_id IS NOT NULL THEN
        PERFORM talks_check_event(piece.event_id);
    END IF;
END $$;

CREATE FUNCTION talks_evidence_proves_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM talks_check_owner(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM talks_check_owner(NEW);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER evidence_proves_its_owner
    AFTER INSERT OR UPDATE OR DELETE ON talks_evidence
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_evidence_proves_its_owner();
"""

EVIDENCE_REVERSE = """
DROP TRIGGER evidence_proves_its_owner ON talks_evidence;
DROP FUNCTION talks_evidence_proves_its_owner();
DROP FUNCTION talks_check_owner(talks_evidence);
"""

ROUND = """
CREATE FUNCTION talks_article_keeps_its_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_report(id) FROM talks_outcomereport WHERE article_id = NEW.id;
    PERFORM talks_check_event(event_id) FROM talks_evidence WHERE event_id IS NOT NULL
        AND passage_id IN (SELECT id FROM talks_passage WHERE article_id = NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER article_keeps_its_round AFTER UPDATE OF round_id ON talks_article
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.round_id <> NEW.round_id)
    EXECUTE FUNCTION talks_article_keeps_its_round();

CREATE FUNCTION talks_outcome_keeps_its_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_check_report(id) FROM talks_outcomereport WHERE outcome_id = NEW.id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER outcome_keeps_its_round AFTER UPDATE OF round_id ON talks_outcome
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.round_id <> NEW.round_id)
    EXECUTE FUNCTION talks_outcome_keeps_its_round();
"""

ROUND_REVERSE = """
DROP TRIGGER outcome_keeps_its_round ON talks_outcome;
DROP FUNCTION talks_outcome_keeps_its_round();
DROP TRIGGER article_keeps_its_round ON talks_article;
DROP FUNCTION talks_article_keeps_its_round();
"""


class Migration(migrations.Migration):
    dependencies = [("talks", "0003_statements")]

    operations = [
        migrations.RunSQL(REFUSE, REFUSE_REVERSE),
        migrations.RunSQL(POSITION, POSITION_REVERSE),
        migrations.RunSQL(REPORT, REPORT_REVERSE),
        migrations.RunSQL(EVENT, EVENT_REVERSE),
        migrations.RunSQL(EVIDENCE, EVIDENCE_REVERSE),
        migrations.RunSQL(ROUND, ROUND_REVERSE),
    ]
