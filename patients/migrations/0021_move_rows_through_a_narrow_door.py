"""Let a merge move rows to another record and back, and nothing else, with the rights of the tables' owner."""

from django.db import migrations

KEY = """
CREATE FUNCTION patients_key_of_movable(of_table text, of_column text) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
    place regclass := format('%I', of_table)::regclass;
    tracked regclass := to_regclass(format('%I', regexp_replace(of_table, 'event$', '')));
    found text;
BEGIN
    IF of_table IN ('casemgr_auditevent', 'patients_disclosure', 'patients_patientevent', 'patients_merge', 'patients_mergeevent',
                    'patients_possibleduplicate', 'patients_possibleduplicateevent') THEN
        RAISE EXCEPTION 'Rows of % stay where they are.', of_table;
    END IF;
    IF of_column <> 'patient_id' AND NOT EXISTS (
        SELECT 1 FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
        WHERE c.contype = 'f' AND c.confrelid = 'patients_patient'::regclass AND c.conrelid IN (place, tracked) AND a.attname = of_column
    ) THEN
        RAISE EXCEPTION '% of % names no patient.', of_column, of_table;
    END IF;
    SELECT a.attname INTO STRICT found FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = place AND i.indisprimary AND i.indnkeyatts = 1;
    RETURN found;
END $$
"""
"""Return the key column of a table whose rows may be moved by this column, or refuse: a column that names a patient, in no record of access."""

MOVE = """
CREATE FUNCTION patients_move_rows(merging bigint, of_table text, of_column text, staying text[]) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET pgtrigger.ignore = '{}' AS $$
DECLARE
    merge patients_merge%ROWTYPE;
    key text := patients_key_of_movable(of_table, of_column);
    moved text[];
BEGIN
    SELECT * INTO merge FROM patients_merge WHERE id = merging AND undone_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no merge % that stands.', merging;
    END IF;
    PERFORM set_config('pgtrigger.ignore', (SELECT coalesce(array_agg(tgname::text), '{}')::text FROM pg_trigger
        WHERE tgrelid = format('%I', of_table)::regclass AND NOT tgisinternal), true);
    EXECUTE format('WITH moved AS (UPDATE %I SET %I = $1 WHERE %2$I = $2 AND NOT %3$I::text = ANY ($3) RETURNING %3$I::text AS key)
        SELECT array_agg(key) FROM moved', of_table, of_column, key) INTO moved USING merge.survivor_id, merge.merged_id, staying;
    IF moved IS NOT NULL THEN
        INSERT INTO patients_movedrows (merge_id, table_name, column_name, row_keys, moved_at, is_back)
        VALUES (merging, of_table, of_column, moved, clock_timestamp(), false);
    END IF;
    RETURN coalesce(cardinality(moved), 0);
END $$
"""
"""Move what one table holds of the merged record to the one that stays, but for some rows, and list what was moved.

The triggers that keep rows as they are, and those that write their history, are passed over for this one statement, which changes the one
column; the list that it writes is the history of the move.
"""

BACK = """
CREATE FUNCTION patients_move_rows_back(merging bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET pgtrigger.ignore = '{}' AS $$
DECLARE
    merge patients_merge%ROWTYPE;
    part patients_movedrows%ROWTYPE;
    moved text[];
    total bigint := 0;
BEGIN
    SELECT * INTO merge FROM patients_merge WHERE id = merging AND undone_at IS NOT NULL;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM patients_movedrows WHERE merge_id = merging AND is_back) THEN
        RAISE EXCEPTION 'There is no merge % to be undone.', merging;
    END IF;
    FOR part IN SELECT * FROM patients_movedrows WHERE merge_id = merging ORDER BY id DESC LOOP
        PERFORM set_config('pgtrigger.ignore', (SELECT coalesce(array_agg(tgname::text), '{}')::text FROM pg_trigger
            WHERE tgrelid = format('%I', part.table_name)::regclass AND NOT tgisinternal), true);
        EXECUTE format('WITH moved AS (UPDATE %I SET %I = $1 WHERE %2$I = $2 AND %3$I::text = ANY ($3) RETURNING %3$I::text AS key)
            SELECT array_agg(key) FROM moved',
            part.table_name, part.column_name, patients_key_of_movable(part.table_name, part.column_name))
            INTO moved USING merge.merged_id, merge.survivor_id, part.row_keys;
        INSERT INTO patients_movedrows (merge_id, table_name, column_name, row_keys, moved_at, is_back)
        VALUES (merging, part.table_name, part.column_name, coalesce(moved, '{}'), clock_timestamp(), true);
        total := total + coalesce(cardinality(moved), 0);
    END LOOP;
    RETURN total;
END $$
"""
"""Move exactly what a merge moved back to the record from which it came, once."""


class Migration(migrations.Migration):
    """Make the functions."""

    dependencies = [("patients", "0020_merge_two_records_of_one_person")]
    operations = [
        migrations.RunSQL(KEY, "DROP FUNCTION patients_key_of_movable(text, text)"),
        migrations.RunSQL(MOVE, "DROP FUNCTION patients_move_rows(bigint, text, text, text[])"),
        migrations.RunSQL(BACK, "DROP FUNCTION patients_move_rows_back(bigint)"),
    ]
