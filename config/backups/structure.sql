-- How a database is built: (kind, name, definition) for everything in it that is not PostgreSQL's
-- own or an extension's.
WITH ours AS (
    SELECT c.oid, c.relkind, n.nspname || '.' || c.relname AS name
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'information_schema'
        AND n.nspname !~ '^pg_'
        AND NOT EXISTS (
            SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        )
)
SELECT 'columns', ours.name || '.' || a.attname,
    concat_ws(
        ' ',
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        a.attgenerated, a.attidentity,
        pg_get_expr(d.adbin, d.adrelid)
    )
FROM ours
JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE ours.relkind IN ('r', 'p')
UNION ALL
SELECT 'constraints', ours.name || '.' || k.conname,
    concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
FROM ours
JOIN pg_constraint k ON k.conrelid = ours.oid
UNION ALL
SELECT 'indexes', ours.name, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid)
FROM ours
JOIN pg_index i ON i.indexrelid = ours.oid
UNION ALL
SELECT 'triggers', ours.name || '.' || t.tgname,
    concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
FROM ours
JOIN pg_trigger t ON t.tgrelid = ours.oid AND NOT t.tgisinternal
UNION ALL
SELECT 'views', ours.name, pg_get_viewdef(ours.oid)
FROM ours
WHERE ours.relkind IN ('v', 'm')
UNION ALL
SELECT 'functions',
    n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    pg_get_functiondef(p.oid)
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p')
    AND n.nspname <> 'information_schema'
    AND n.nspname !~ '^pg_'
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    )
UNION ALL
SELECT 'extensions', extname, ''
FROM pg_extension
ORDER BY 1, 2, 3
