"""Make the identity under which schedule and import act."""

from django.db import migrations


def make_the_system(apps, schema_editor):
    """Make the one user of kind `system`; nobody can sign in as it."""
    user = apps.get_model("casemgr", "User")
    user.objects.get_or_create(kind="system", defaults={"email": "system@casemgr.invalid", "full_name": "The system", "password": "!"})


class Migration(migrations.Migration):
    """Add the row."""

    dependencies = [("casemgr", "0001_initial")]
    operations = [migrations.RunPython(make_the_system, migrations.RunPython.noop)]
