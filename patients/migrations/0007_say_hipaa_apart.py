import pgtrigger
from django.db import migrations
from django.db.models import F


def say_apart(apps, schema_editor):
    """Older papers say in one text what HIPAA lets recipients do and that they may pass it on: it stands for both from now on."""
    with pgtrigger.ignore("patients.Consent:signed_is_not_rewritten"):
        apps.get_model("patients", "Consent").objects.filter(hipaa_statement="").exclude(redisclosure_statement="").update(
            hipaa_statement=F("redisclosure_statement")
        )


class Migration(migrations.Migration):
    dependencies = [("patients", "0006_consents_of_every_kind")]

    operations = [migrations.RunPython(say_apart, migrations.RunPython.noop)]
