"""Let what was prescribed and given while two records were one go back with the order that it continues."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("patients.migrations.0021_move_rows_through_a_narrow_door").BACK.replace("CREATE", "CREATE OR REPLACE", 1)

BACK = """
CREATE OR REPLACE FUNCTION patients_move_rows_back(merging bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET pgtrigger.ignore = '{}' AS $$
DECLARE
    merge patients_merge%ROWTYPE;
    part patients_movedrows%ROWTYPE;
    follower record;
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
    FOR follower IN SELECT * FROM (VALUES (1, 'treatment_plans_order', 'replaces_id'), (2, 'treatment_plans_dose', 'order_id'),
        (3, 'treatment_plans_orderevent', 'pgh_obj_id')) AS f (turn, of_table, of_order) ORDER BY turn LOOP
        PERFORM set_config('pgtrigger.ignore', (SELECT coalesce(array_agg(tgname::text), '{}')::text FROM pg_trigger
            WHERE tgrelid = format('%I', follower.of_table)::regclass AND NOT tgisinternal), true);
        LOOP
            EXECUTE format('WITH moved AS (UPDATE %I AS row SET patient_id = $1 FROM treatment_plans_order AS leads
                WHERE row.patient_id = $2 AND leads.id = row.%I AND leads.patient_id = $1 RETURNING row.%I::text AS key)
                SELECT array_agg(key) FROM moved',
                follower.of_table, follower.of_order, patients_key_of_movable(follower.of_table, 'patient_id'))
                INTO moved USING merge.merged_id, merge.survivor_id;
            EXIT WHEN moved IS NULL;
            INSERT INTO patients_movedrows (merge_id, table_name, column_name, row_keys, moved_at, is_back)
            VALUES (merging, follower.of_table, 'patient_id', moved, clock_timestamp(), true);
            total := total + cardinality(moved);
        END LOOP;
    END LOOP;
    RETURN total;
END $$
"""
"""Move exactly what a merge moved back to the record from which it came, once; and after the orders what hangs on them.

An order that was written over one that goes back goes with it, whatever the number of steps, and so do the doses that were given on these
orders, and their history: a dose is on the record of its order. Else the other person would be given the day's dose a second time.
"""


class Migration(migrations.Migration):
    """Replace the function."""

    dependencies = [("patients", "0034_tries_and_calls")]
    operations = [migrations.RunSQL(BACK, BEFORE)]
