import casemgr.core.triggers
import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from casemgr.core.migrating import together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casemgr', '0001_initial'),
        ('casemgr', '__first__'),
        ('patients', '0001_initial'),
    ]

    operations = together([
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('purpose', models.CharField(max_length=32, verbose_name='purpose')),
                ('service', models.CharField(max_length=200, verbose_name='asked for')),
                ('message', models.TextField(blank=True, verbose_name='message to the partner')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('sent', 'Sent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('completed', 'Completed'), ('withdrawn', 'Withdrawn')], default='draft', max_length=16, verbose_name='state')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('disclosure_id', models.BigIntegerField(editable=False, null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casemgr.organization')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casemgr.program')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'referral',
                'verbose_name_plural': 'referrals',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['program', '-id'], name='referrals_of_program'), models.Index(fields=['patient', '-id'], name='referrals_of_patient')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), models.Q(('sent_at__isnull', False), ('disclosure_id__isnull', False)), _connector='OR'), name='sent_referral_was_accounted_for'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'declined', 'completed']), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='answer_has_a_date')],
                'triggers': [pgtrigger.compiler.Trigger(name='referral_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:sent,draft:withdrawn,sent:accepted,sent:declined,sent:withdrawn,accepted:completed,accepted:declined,accepted:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='8aa46d7a68331c4340ff1291f062daf4411f15cc', operation='UPDATE', pgid='pgtrigger_referral_moves_ea847', table='referrals_referral', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralevent" ("answer", "answered_at", "disclosure_id", "id", "message", "organization_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "purpose", "recorded_at", "recorded_by_id", "sent_at", "service", "state") VALUES (NEW."answer", NEW."answered_at", NEW."disclosure_id", NEW."id", NEW."message", NEW."organization_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."program_id", NEW."purpose", NEW."recorded_at", NEW."recorded_by_id", NEW."sent_at", NEW."service", NEW."state"); RETURN NULL;', hash='08b7ed484e92f9d612190a2f9a7f0141222510dd', operation='INSERT', pgid='pgtrigger_insert_insert_a74c8', table='referrals_referral', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_referralevent" ("answer", "answered_at", "disclosure_id", "id", "message", "organization_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "purpose", "recorded_at", "recorded_by_id", "sent_at", "service", "state") VALUES (NEW."answer", NEW."answered_at", NEW."disclosure_id", NEW."id", NEW."message", NEW."organization_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."program_id", NEW."purpose", NEW."recorded_at", NEW."recorded_by_id", NEW."sent_at", NEW."service", NEW."state"); RETURN NULL;', hash='03ba312f5781e425e8266e02e570a6bf0c117762', operation='UPDATE', pgid='pgtrigger_update_update_223e7', table='referrals_referral', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralevent" ("answer", "answered_at", "disclosure_id", "id", "message", "organization_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "purpose", "recorded_at", "recorded_by_id", "sent_at", "service", "state") VALUES (OLD."answer", OLD."answered_at", OLD."disclosure_id", OLD."id", OLD."message", OLD."organization_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."program_id", OLD."purpose", OLD."recorded_at", OLD."recorded_by_id", OLD."sent_at", OLD."service", OLD."state"); RETURN NULL;', hash='bb01ae901ea577fe8ef5aa93c3b864b634308022', operation='DELETE', pgid='pgtrigger_delete_delete_e24da', table='referrals_referral', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('domain', models.CharField(choices=[('housing', 'Housing'), ('employment', 'Work'), ('benefits', 'Benefits and insurance'), ('transport', 'Transport'), ('legal', 'Legal'), ('health', 'Health'), ('outreach', 'Outreach'), ('follow_up', 'Follow-up'), ('other', 'Other')], max_length=16, verbose_name='domain')),
                ('title', models.CharField(max_length=200, verbose_name='what')),
                ('detail', models.TextField(blank=True, verbose_name='detail')),
                ('due_on', models.DateField(verbose_name='due')),
                ('urgency', models.PositiveSmallIntegerField(choices=[(1, 'Urgent'), (2, 'Soon'), (3, 'Routine')], default=3, verbose_name='urgency')),
                ('state', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=16, verbose_name='state')),
                ('outcome', models.TextField(blank=True, verbose_name='what came of it')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('key', models.CharField(blank=True, editable=False, max_length=120, null=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='patients.patient')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casemgr.program')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['open', 'in_progress'])), fields=['owner', 'due_on'], name='open_tasks_of_owner'), models.Index(condition=models.Q(('state__in', ['open', 'in_progress'])), fields=['program', 'due_on'], name='open_tasks_of_program'), models.Index(fields=['patient', 'due_on'], name='tasks_of_patient')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ['open', 'in_progress'])), models.Q(('closed_at__isnull', False), ('state__in', ['done', 'dropped'])), _connector='OR'), name='closed_task_says_when'), models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'in_progress'])), fields=('key',), name='one_open_task_per_reason')],
                'triggers': [pgtrigger.compiler.Trigger(name='task_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:in_progress,in_progress:open,open:done,in_progress:done,open:dropped,in_progress:dropped}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='dd6479bdebe056eb6289a986c6eaf58013529be1', operation='UPDATE', pgid='pgtrigger_task_moves_cde3e', table='referrals_task', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_taskevent" ("closed_at", "detail", "domain", "due_on", "id", "key", "outcome", "owner_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "recorded_at", "recorded_by_id", "state", "title", "urgency") VALUES (NEW."closed_at", NEW."detail", NEW."domain", NEW."due_on", NEW."id", NEW."key", NEW."outcome", NEW."owner_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."program_id", NEW."recorded_at", NEW."recorded_by_id", NEW."state", NEW."title", NEW."urgency"); RETURN NULL;', hash='11ce0f49ee6e8f27c3291d9f1af9d2de55c15a5a', operation='INSERT', pgid='pgtrigger_insert_insert_9e535', table='referrals_task', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "referrals_taskevent" ("closed_at", "detail", "domain", "due_on", "id", "key", "outcome", "owner_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "recorded_at", "recorded_by_id", "state", "title", "urgency") VALUES (NEW."closed_at", NEW."detail", NEW."domain", NEW."due_on", NEW."id", NEW."key", NEW."outcome", NEW."owner_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."program_id", NEW."recorded_at", NEW."recorded_by_id", NEW."state", NEW."title", NEW."urgency"); RETURN NULL;', hash='f88f71c455ea53b05a71e285be84bc9afc20ff7a', operation='UPDATE', pgid='pgtrigger_update_update_b0e2d', table='referrals_task', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_taskevent" ("closed_at", "detail", "domain", "due_on", "id", "key", "outcome", "owner_id", "patient_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program_id", "recorded_at", "recorded_by_id", "state", "title", "urgency") VALUES (OLD."closed_at", OLD."detail", OLD."domain", OLD."due_on", OLD."id", OLD."key", OLD."outcome", OLD."owner_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."program_id", OLD."recorded_at", OLD."recorded_by_id", OLD."state", OLD."title", OLD."urgency"); RETURN NULL;', hash='05b0cb3cc6ee88687a42e20897343648d8847d54', operation='DELETE', pgid='pgtrigger_delete_delete_97bb8', table='referrals_task', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ReferralEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('purpose', models.CharField(max_length=32, verbose_name='purpose')),
                ('service', models.CharField(max_length=200, verbose_name='asked for')),
                ('message', models.TextField(blank=True, verbose_name='message to the partner')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('sent', 'Sent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('completed', 'Completed'), ('withdrawn', 'Withdrawn')], default='draft', max_length=16, verbose_name='state')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('disclosure_id', models.BigIntegerField(editable=False, null=True)),
                ('organization', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='casemgr.organization')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral')),
                ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='casemgr.program')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1a61dcd844caf3ca043cd5fc836a4fbfb5122b75', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d0304', table='referrals_referralevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='TaskEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('recorded_at', models.DateTimeField()),
                ('domain', models.CharField(choices=[('housing', 'Housing'), ('employment', 'Work'), ('benefits', 'Benefits and insurance'), ('transport', 'Transport'), ('legal', 'Legal'), ('health', 'Health'), ('outreach', 'Outreach'), ('follow_up', 'Follow-up'), ('other', 'Other')], max_length=16, verbose_name='domain')),
                ('title', models.CharField(max_length=200, verbose_name='what')),
                ('detail', models.TextField(blank=True, verbose_name='detail')),
                ('due_on', models.DateField(verbose_name='due')),
                ('urgency', models.PositiveSmallIntegerField(choices=[(1, 'Urgent'), (2, 'Soon'), (3, 'Routine')], default=3, verbose_name='urgency')),
                ('state', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('done', 'Done'), ('dropped', 'Dropped')], default='open', max_length=16, verbose_name='state')),
                ('outcome', models.TextField(blank=True, verbose_name='what came of it')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('key', models.CharField(blank=True, editable=False, max_length=120, null=True)),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='patients.patient')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.task')),
                ('program', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='casemgr.program')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c435914a0abb48ef9259f094e56e98b96b62937b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45f2c', table='referrals_taskevent', when='BEFORE'))],
            },
        ),
        casemgr.core.triggers.InstallTriggers(
        ),
    ])
