"""Triggers that write the history and guard it, whoever changes a row and by whatever means.

They are django-pgtrigger's but for two things: no setting makes them look away (its
``pgtrigger.ignore`` is one that any role may set), and they run with the rights of their owner, so
that the app's role, which may not write into the history, still leaves its trace there.
"""

import pghistory.trigger
import pgtrigger
from django.db import models
from pgtrigger import compiler

DOOR = "history.door"  # what `manage purge` opens, for the owner of the table alone


class TriggerSql(compiler.UpsertTriggerSql):
    """How one is installed. Migrations refer to this: make a second version, do not edit it."""

    def get_template(self):
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class _Unswerving:
    """Compiles to a trigger that cannot be told to look away."""

    def compile(self, model):
        sql = TriggerSql(
            pgid=self.get_pgid(model),
            declare=self.render_declare(model),
            func=self.render_func(model),
            table=model._meta.db_table,
            when=self.when,
            operation=self.operation,
            level=self.level,
            condition=self.render_condition(model),
        )
        return compiler.Trigger(name=self.name, sql=sql)


class Snapshot(_Unswerving, pghistory.trigger.Event):
    """Writes the row as it now stands (or stood, when deleted) into its history."""

    def get_declare(self, model):  # noqa: ARG002
        given = "NULLIF(current_setting('pghistory.context_metadata', true), '')"
        return [("context", f"JSONB := {given}::JSONB")]

    def get_func(self, model):
        columns = {
            field.column: f'{self.row}."{field.column}"'
            for field in kept_fields(self.event_model)
            if not isinstance(field, models.GeneratedField)
        }
        columns |= {
            "pgh_created_at": "now()",
            "pgh_label": f"'{self.label}'",
            "pgh_obj_id": f'{self.row}."{model._meta.pk.column}"',
            "pgh_context": "context",
            "pgh_context_id": ("NULLIF(current_setting('pghistory.context_id', true), '')::UUID"),
            "pgh_user_id": "(context->>'user')::BIGINT",
            "pgh_role": "session_user",
        }
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(columns.values())
        table = self.event_model._meta.db_table
        return f'INSERT INTO "{table}" ({names}) VALUES ({values}); RETURN NULL;'  # noqa: S608


def kept_fields(event_model):
    """The fields of a history's model that are also the row's."""
    tracked = {field.name for field in event_model.pgh_tracked_model._meta.concrete_fields}
    return [field for field in event_model._meta.concrete_fields if field.name in tracked]


class Guard(_Unswerving, pgtrigger.Trigger):
    """Refuses a whole statement, unless the table's owner has opened the door in so many words."""

    level = pgtrigger.Statement
    when = pgtrigger.Before

    def get_func(self, model):  # noqa: ARG002
        return f"""
            IF current_setting('{DOOR}', true) IS DISTINCT FROM 'open' OR NOT EXISTS (
                SELECT FROM pg_class WHERE oid = TG_RELID
                AND pg_has_role(session_user, relowner, 'MEMBER')
            ) THEN
                RAISE EXCEPTION 'What is in the history stays: no % on %', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        """
