"""Keep merges, what they moved, and who may be the same person; find a person by earlier names and by sound."""

import django.contrib.postgres.fields
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from casemgr.core.migrating import together
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casemgr', '0008_spell_as_in_the_united_states'),
        ("patients", "0019_answer_instruments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('reason', models.TextField(verbose_name='how it is known that they are one person')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                ('undone_reason', models.TextField(blank=True, verbose_name='why it was undone')),
            ],
            options={
                'verbose_name': 'merge of two records',
                'verbose_name_plural': 'merges of records',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='MergeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('reason', models.TextField(verbose_name='how it is known that they are one person')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone at')),
                ('undone_reason', models.TextField(blank=True, verbose_name='why it was undone')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MovedRows',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table_name', models.CharField(max_length=63, verbose_name='table')),
                ('column_name', models.CharField(max_length=63, verbose_name='column')),
                ('row_keys', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None, verbose_name='rows')),
                ('moved_at', models.DateTimeField(verbose_name='moved at')),
                ('is_back', models.BooleanField(default=False, verbose_name='moved back')),
            ],
            options={
                'verbose_name': 'moved rows',
                'verbose_name_plural': 'moved rows',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PossibleDuplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.PositiveSmallIntegerField(verbose_name='score')),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name='reasons')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('dismissed_at', models.DateTimeField(blank=True, null=True, verbose_name='found to be two people at')),
            ],
            options={
                'verbose_name': 'possible duplicate',
                'verbose_name_plural': 'possible duplicates',
                'ordering': ['-score', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PossibleDuplicateEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('score', models.PositiveSmallIntegerField(verbose_name='score')),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name='reasons')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('dismissed_at', models.DateTimeField(blank=True, null=True, verbose_name='found to be two people at')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='patient',
            name='names_are_searchable',
        ),
        migrations.AddField(
            model_name='patient',
            name='earlier_keys',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='patient',
            name='merged_into',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='merged into'),
        ),
        migrations.AddIndex(
            model_name='patient',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='patients_merged_away'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='names_are_searchable', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n    NEW.search_text := concat_ws(\' \', \n    btrim(regexp_replace(\n        translate(lower(unaccent(concat_ws(\' \', NEW.given_name, NEW.family_name, NULLIF(NEW.chosen_name, \'\')))), \'\'\'"’`´.·\', \'\'),\n        \'[-,;/()\\s]+\', \' \', \'g\'\n    ))\n, (SELECT string_agg(e.search_text, \' \' ORDER BY e.id) FROM patients_patient e WHERE e.merged_into_id = NEW.id));\n    NEW.search_words := \n    ARRAY(\n        SELECT DISTINCT near FROM unnest(string_to_array(NEW.search_text, \' \')) AS word\n        CROSS JOIN LATERAL (\n            SELECT word UNION ALL\n            SELECT overlay(word placing \'\' FROM place FOR 1) FROM generate_series(1, length(word)) AS place WHERE length(word) > 2\n        ) AS nearby(near)\n        WHERE near <> \'\'\n    )\n || \n    ARRAY(\n        SELECT DISTINCT \'~\' || code FROM unnest(string_to_array(NEW.search_text, \' \')) AS word\n        CROSS JOIN LATERAL (SELECT regexp_replace(translate(regexp_replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(word, \'ce\', \'se\'), \'ci\', \'si\'), \'cy\', \'sy\'), \'ge\', \'je\'), \'gi\', \'ji\'), \'ph\', \'f\'), \'sch\', \'s\'), \'sh\', \'s\'), \'ch\', \'k\'), \'ck\', \'k\'), \'kn\', \'n\'), \'wr\', \'r\'), \'qu\', \'k\'), \'gh\', \'g\'), \'th\', \'t\'), \'dg\', \'j\'), \'^h\', \'\'), \'cqzxv\', \'kkssb\'),\n            \'^[aeiou]\', \'a\') AS heard) AS spoken\n        CROSS JOIN LATERAL (SELECT regexp_replace(left(heard, 1) || translate(substr(heard, 2), \'aeiouyhw\', \'\'), \'(.)\\1+\', \'\\1\', \'g\')\n            AS code) AS coded\n        WHERE length(word) >= 4 AND length(code) > 1\n    )\n;\n    RETURN NEW;\n', hash='80ce48d2af22e00dafd1e2f91cfa1eeb0fcef067', operation='INSERT OR UPDATE OF "given_name", "family_name", "chosen_name"', pgid='pgtrigger_names_are_searchable_e8e4a', table='patients_patient', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='record_is_not_merged_into_itself'),
        ),
        migrations.AddField(
            model_name='merge',
            name='merged',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='record merged into it'),
        ),
        migrations.AddField(
            model_name='merge',
            name='program',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casemgr.program', verbose_name='program'),
        ),
        migrations.AddField(
            model_name='merge',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='merge',
            name='survivor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient', verbose_name='record that stays'),
        ),
        migrations.AddField(
            model_name='merge',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by'),
        ),
        migrations.AddField(
            model_name='mergeevent',
            name='merged',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient', verbose_name='record merged into it'),
        ),
        migrations.AddField(
            model_name='mergeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.merge'),
        ),
        migrations.AddField(
            model_name='mergeevent',
            name='program',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='casemgr.program', verbose_name='program'),
        ),
        migrations.AddField(
            model_name='mergeevent',
            name='recorded_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='mergeevent',
            name='survivor',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient', verbose_name='record that stays'),
        ),
        migrations.AddField(
            model_name='mergeevent',
            name='undone_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='undone by'),
        ),
        migrations.AddField(
            model_name='movedrows',
            name='merge',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moved', to='patients.merge'),
        ),
        migrations.AddField(
            model_name='possibleduplicate',
            name='dismissed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='possibleduplicate',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='possibleduplicate',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='possibleduplicateevent',
            name='dismissed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='possibleduplicateevent',
            name='first',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='possibleduplicateevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.possibleduplicate'),
        ),
        migrations.AddField(
            model_name='possibleduplicateevent',
            name='second',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('survivor', models.F('merged')), _negated=True), name='merge_joins_two_records'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='merge_says_how_it_is_known'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_by__isnull', False), models.Q(('undone_reason', ''), _negated=True)), _connector='OR'), name='undone_merge_says_by_whom_and_why'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('merged',), name='record_is_merged_away_once_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='40c7f6932244cf34ae0a55c51522e103cddb0032', operation='DELETE', pgid='pgtrigger_never_deleted_85d5c', table='patients_merge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='never_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Cannot truncate %: its rows are kept.', TG_TABLE_NAME;", hash='12c4aa7b18780020880ca5c8100373bff1220c35', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncated_8552a', table='patients_merge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='facts_of_merge_stay', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN ((to_jsonb(NEW) - ARRAY['undone_at', 'undone_by_id', 'undone_reason']) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['undone_at', 'undone_by_id', 'undone_reason']))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e602c069dd5825982637de3ebb6fe4b4f0c13cb2', operation='UPDATE', pgid='pgtrigger_facts_of_merge_stay_e504b', table='patients_merge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_mergeevent" ("id", "merged_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "recorded_at", "recorded_by_id", "survivor_id", "undone_at", "undone_by_id", "undone_reason") VALUES (NEW."id", NEW."merged_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."program_id", NEW."reason", NEW."recorded_at", NEW."recorded_by_id", NEW."survivor_id", NEW."undone_at", NEW."undone_by_id", NEW."undone_reason"); RETURN NULL;', hash='070972b797a0d1a60fa8bafa014d5d1cec6636f6', operation='INSERT', pgid='pgtrigger_insert_insert_92879', table='patients_merge', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_mergeevent" ("id", "merged_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "recorded_at", "recorded_by_id", "survivor_id", "undone_at", "undone_by_id", "undone_reason") VALUES (NEW."id", NEW."merged_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."program_id", NEW."reason", NEW."recorded_at", NEW."recorded_by_id", NEW."survivor_id", NEW."undone_at", NEW."undone_by_id", NEW."undone_reason"); RETURN NULL;', hash='f3016b86abdf667a3fba58fdfc24265e78d19d6a', operation='UPDATE', pgid='pgtrigger_update_update_9333a', table='patients_merge', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='merge',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_mergeevent" ("id", "merged_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "reason", "recorded_at", "recorded_by_id", "survivor_id", "undone_at", "undone_by_id", "undone_reason") VALUES (OLD."id", OLD."merged_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."program_id", OLD."reason", OLD."recorded_at", OLD."recorded_by_id", OLD."survivor_id", OLD."undone_at", OLD."undone_by_id", OLD."undone_reason"); RETURN NULL;', hash='71290265df6e35c308bf5099eddd47b9a8a96266', operation='DELETE', pgid='pgtrigger_delete_delete_bf81c', table='patients_merge', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='mergeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e86097062f13c561abc013c6da2507e1d50e4d0e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_17ec1', table='patients_mergeevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='movedrows',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='7ddc7fff00f5d51f52734f74e74f5adc886ec0e2', operation='DELETE', pgid='pgtrigger_never_deleted_80699', table='patients_movedrows', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='movedrows',
            trigger=pgtrigger.compiler.Trigger(name='never_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Cannot truncate %: its rows are kept.', TG_TABLE_NAME;", hash='0b32cc0218d7e8df9538fedbeba75b834fc068a6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncated_9ef9b', table='patients_movedrows', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='movedrows',
            trigger=pgtrigger.compiler.Trigger(name='never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='554598f8205329cd93816dc37a6fa942c8bd8177', operation='UPDATE', pgid='pgtrigger_never_changed_cfd12', table='patients_movedrows', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='possibleduplicate',
            index=models.Index(condition=models.Q(('dismissed_at__isnull', True)), fields=['-score', '-id'], name='duplicates_to_look_at'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='older_record_of_pair_comes_first'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='pair_of_records_is_listed_once'),
        ),
        migrations.AddConstraint(
            model_name='possibleduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('dismissed_at__isnull', True), ('dismissed_by__isnull', False), _connector='OR'), name='dismissed_pair_says_by_whom'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='possibleduplicate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_possibleduplicateevent" ("dismissed_at", "dismissed_by_id", "first_id", "found_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "score", "second_id") VALUES (NEW."dismissed_at", NEW."dismissed_by_id", NEW."first_id", NEW."found_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reasons", NEW."score", NEW."second_id"); RETURN NULL;', hash='d417c3dbf9a5a0197713c59e7b8475d9404674d6', operation='INSERT', pgid='pgtrigger_insert_insert_5cbb0', table='patients_possibleduplicate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='possibleduplicate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "patients_possibleduplicateevent" ("dismissed_at", "dismissed_by_id", "first_id", "found_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "score", "second_id") VALUES (NEW."dismissed_at", NEW."dismissed_by_id", NEW."first_id", NEW."found_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reasons", NEW."score", NEW."second_id"); RETURN NULL;', hash='c7589c43552ee154d0e730a842ffca82547eef67', operation='UPDATE', pgid='pgtrigger_update_update_cce21', table='patients_possibleduplicate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='possibleduplicate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "patients_possibleduplicateevent" ("dismissed_at", "dismissed_by_id", "first_id", "found_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reasons", "score", "second_id") VALUES (OLD."dismissed_at", OLD."dismissed_by_id", OLD."first_id", OLD."found_at", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reasons", OLD."score", OLD."second_id"); RETURN NULL;', hash='8faf80472977d2e0d74ef38566891ddb63eb9c14', operation='DELETE', pgid='pgtrigger_delete_delete_ddd6f', table='patients_possibleduplicate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='possibleduplicateevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d539fb9ca5ca6c99c31a039ffd99b2048ff434cc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_02fae', table='patients_possibleduplicateevent', when='BEFORE')),
        ),
    ])
