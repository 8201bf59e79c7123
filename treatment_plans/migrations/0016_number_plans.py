from django.db import migrations

NUMBER = """
    UPDATE treatment_plans_plan plan SET version = numbered.version
    FROM (
        SELECT id, row_number() OVER (PARTITION BY patient_id, program_id ORDER BY starts_on, id) AS version FROM treatment_plans_plan
    ) numbered
    WHERE numbered.id = plan.id AND plan.version <> numbered.version
"""


class Migration(migrations.Migration):
    """Number the plans that were there before they had versions, in the order in which they began."""

    dependencies = [
        ('treatment_plans', '0015_signed_leaders_stay'),
    ]

    operations = [migrations.RunSQL(NUMBER, migrations.RunSQL.noop)]
