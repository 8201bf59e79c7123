from django.db import migrations

LOOK_AGAIN = """
    UPDATE patients_diagnosis
    SET looked_on = recorded_at::date, look_again_on = recorded_at::date + 90
    WHERE axis = 'mental_health' AND certainty = 'provisional' AND course = 'active' AND look_again_on IS NULL
"""
"""What was provisional before the product knew of it gets the day that the rule gives: ninety days after it was recorded (ASM-04)."""


class Migration(migrations.Migration):
    dependencies = [("patients", "0016_diagnoses_on_both_axes")]

    operations = [migrations.RunSQL(LOOK_AGAIN, migrations.RunSQL.noop)]
