"""Read all that decides about one dose, in one statement."""

FACTS = """
SELECT o.patient_id, o.program_id, o.site_id, o.product_id, o.substance, o.daily_mg, o.starts_on, o.ends_on, o.state, o.hold_reason,
    o.first_day_reason, o.missed_counted_from, product.form, product.name AS product_name, site.name AS site_name, site.time_zone,
    clock.today,
    ARRAY(SELECT weekday FROM casemgr_openinghours WHERE site_id = o.site_id AND purpose = 'dosing') AS weekdays,
    ARRAY(SELECT day FROM casemgr_closure WHERE site_id = o.site_id
        AND day BETWEEN clock.today - %(look_back)s::interval AND clock.today + %(ahead)s::interval) AS closures,
    (
        SELECT max(admitted_on) FROM patients_episode
        WHERE patient_id = o.patient_id AND program_id = o.program_id AND (discharged_on IS NULL OR discharged_on > clock.today)
    ) AS admitted_on,
    (
        SELECT max(admitted_on) FROM patients_episode
        WHERE patient_id = o.patient_id AND program_id = o.program_id AND transferred_from_id IS NULL
    ) AS began_on,
    (
        SELECT for_day FROM treatment_plans_dose
        WHERE patient_id = o.patient_id AND substance = o.substance AND for_day < clock.today ORDER BY for_day DESC LIMIT 1
    ) AS last_dose_on,
    ARRAY(SELECT for_day FROM treatment_plans_dose
        WHERE patient_id = ANY(clock.keys) AND (patient_id = o.patient_id OR order_id = o.id)
            AND substance = o.substance AND for_day >= clock.today - %(look_back)s::interval) AS covered,
    (
        SELECT json_agg(json_build_object(
            'substance', dose.substance, 'for_day', dose.for_day, 'day_part', dose.day_part, 'mg', dose.mg,
            'is_take_home', dose.is_take_home, 'given_at', dose.given_at, 'by', giver.full_name
        ) ORDER BY dose.id)
        FROM treatment_plans_dose dose JOIN casemgr_user giver ON giver.id = dose.given_by_id
        WHERE dose.patient_id = ANY(clock.keys) AND (dose.patient_id = o.patient_id OR dose.order_id = o.id) AND dose.for_day >= clock.today
    ) AS given,
    (
        WITH RECURSIVE one (id, since, until) AS (
            SELECT o.patient_id, '-infinity'::timestamptz, 'infinity'::timestamptz
            UNION SELECT CASE m.survivor_id WHEN one.id THEN m.merged_id ELSE m.survivor_id END,
                greatest(one.since, m.recorded_at), least(one.until, m.undone_at)
            FROM one JOIN patients_merge m ON one.id IN (m.survivor_id, m.merged_id)
                AND m.undone_at >= clock.today::timestamp AT TIME ZONE site.time_zone
        )
        SELECT json_build_object(
            'substance', dose.substance, 'for_day', dose.for_day, 'day_part', dose.day_part, 'mg', dose.mg,
            'is_take_home', dose.is_take_home, 'given_at', dose.given_at, 'by', giver.full_name
        )
        FROM one JOIN treatment_plans_dose dose ON dose.patient_id = one.id AND dose.given_at BETWEEN one.since AND one.until
        JOIN casemgr_user giver ON giver.id = dose.given_by_id
        WHERE one.id <> o.patient_id AND dose.for_day = clock.today ORDER BY dose.id DESC LIMIT 1
    ) AS given_while_one,
    COALESCE((
        SELECT title FROM treatment_plans_medicationstatement
        WHERE patient_id = o.patient_id AND status = 'active' AND title ~* %(benzodiazepines)s ORDER BY at DESC LIMIT 1
    ), (
        SELECT name FROM patients_othermedication
        WHERE patient_id = o.patient_id AND in_error_why = '' AND until IS NULL AND name ~* %(benzodiazepines)s ORDER BY id DESC LIMIT 1
    )) AS benzodiazepine,
    EXISTS (
        SELECT FROM patients_diagnosis
        WHERE patient_id = o.patient_id AND code LIKE 'F13%%' AND course = 'active' AND certainty <> 'refuted'
    ) AS sedative_diagnosis,
    COALESCE((
        SELECT result.analyte FROM patients_toxicologyresult result JOIN patients_toxicologypanel panel ON panel.id = result.panel_id
        WHERE panel.patient_id = o.patient_id AND panel.collected_at BETWEEN %(urine_since)s AND %(at)s
            AND result.reads = 'unexpected_positive'
        ORDER BY panel.collected_at DESC, result.id LIMIT 1
    ), (
        SELECT title FROM patients_observation
        WHERE patient_id = o.patient_id AND kind = 'laboratory' AND observed_at BETWEEN %(urine_since)s AND %(at)s
            AND (value_code = ANY(%(positive)s) OR value_text ILIKE 'positive%%' OR value_text ILIKE 'detected%%')
        ORDER BY observed_at DESC LIMIT 1
    )) AS urine_result,
    EXISTS (
        SELECT FROM treatment_plans_appointment
        WHERE patient_id = o.patient_id AND state = 'no_show' AND kind = ANY(%(counselling)s)
            AND starts_at BETWEEN %(missed_since)s AND %(at)s
    ) AS missed_counselling
FROM treatment_plans_order o
JOIN treatment_plans_product product ON product.id = o.product_id
JOIN casemgr_site site ON site.id = o.site_id
CROSS JOIN LATERAL (SELECT (%(at)s AT TIME ZONE site.time_zone)::date AS today, ARRAY(
    SELECT o.patient_id UNION ALL SELECT survivor_id FROM patients_merge WHERE merged_id = o.patient_id AND undone_at IS NOT NULL
) AS keys) clock
WHERE o.id = %(order)s
"""
"""All that decides about one dose. Written by hand: a dose is given at a window with a line behind it, and this costs the least.

A dose goes back with its order when a merge is undone. One that was undone before this was so left it on the other record (`keys`).

What was given today on a record that was one with this until a merge was undone (`given_while_one`) may have been given to this person:
the record cannot tell, so the window asks.
"""
