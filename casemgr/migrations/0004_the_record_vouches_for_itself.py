"""Let each event be vouched for by a key that the database does not hold, and each seal know its own clock."""

import casemgr.core.audit.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import pgtrigger.compiler
import pgtrigger.migrations
from casemgr.core.migrating import together
from django.db import migrations, models


SEAL = """
CREATE OR REPLACE FUNCTION casemgr_seal_event(sealed bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    event casemgr_auditevent%ROWTYPE;
    last_position bigint;
    last_digest text;
    body text;
    moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    SELECT * INTO event FROM casemgr_auditevent WHERE id = sealed;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM casemgr_auditseal WHERE event_id = sealed) THEN
        RETURN;
    END IF;
    SELECT position, digest INTO last_position, last_digest FROM casemgr_auditseal ORDER BY position DESC LIMIT 1;
    moment := clock_timestamp();
    SELECT string_agg(length(part) || ':' || part, '' ORDER BY place) INTO body FROM unnest(ARRAY[
        event.id::text, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), COALESCE(event.actor_id::text, ''),
        event.actor_name, event.verb, event.outcome, COALESCE(event.patient_id::text, ''), event.subject, event.reason, event.detail,
        event.door, event.address, event.request_id, event.rests_on, array_to_string(event.people, ','), event.code,
        to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
    ]) WITH ORDINALITY AS parts(part, place);
    INSERT INTO casemgr_auditseal (position, event_id, digest, sealed_at) VALUES (
        COALESCE(last_position, 0) + 1, event.id,
        encode(sha256(convert_to(COALESCE(last_digest, '') || body, 'UTF8')), 'hex'), moment
    );
END $$
"""
"""Seal an event with the rights of the tables' owner: whoever writes events needs no right on the seals.

An event that has its seal, as after a dump was read back, is left as it is. Seals written before this have no `sealed_at`: that is
where the new regime begins.
"""


class Migration(migrations.Migration):
    """Add what an event rests on, whom a list showed, its code, and the seal's clock; seal by a function; index what is sorted by."""

    dependencies = [("casemgr", "0003_clocks_and_agreements")]

    operations = together([
        pgtrigger.migrations.RemoveTrigger(
            model_name='auditevent',
            name='seal',
        ),
        migrations.RemoveIndex(
            model_name='auditevent',
            name='audit_of_patient',
        ),
        migrations.RemoveIndex(
            model_name='auditevent',
            name='audit_of_actor',
        ),
        migrations.AddField(
            model_name='auditevent',
            name='code',
            field=casemgr.core.audit.models.CodeField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='people',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='people on the list'),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='rests_on',
            field=models.CharField(blank=True, max_length=160, verbose_name='on which fact'),
        ),
        migrations.AddField(
            model_name='auditseal',
            name='sealed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['at', 'id'], name='audit_by_moment'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['actor_name', 'id'], name='audit_by_name'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['actor_id', 'id'], name='audit_by_actor'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['verb', 'id'], name='audit_by_verb'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['outcome', 'id'], name='audit_by_outcome'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['patient_id', 'id'], name='audit_by_patient'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['address', 'id'], name='audit_by_address'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['rests_on', 'id'], name='audit_by_fact'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(condition=models.Q(('outcome__in', ['refused', 'denied'])), fields=['at', 'id'], name='audit_of_refusals'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('people', []), _negated=True), fields=['people'], name='audit_of_people'),
        ),
        migrations.RunSQL(SEAL, "DROP FUNCTION casemgr_seal_event(bigint)"),
        pgtrigger.migrations.AddTrigger(
            model_name='auditevent',
            trigger=pgtrigger.compiler.Trigger(name='seal', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func='PERFORM casemgr_seal_event(NEW.id); RETURN NULL;', hash='d461ee10ba36d005a885c6a9c5e4d0a2911567f4', operation='INSERT', pgid='pgtrigger_seal_ddd84', table='casemgr_auditevent', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
    ])
