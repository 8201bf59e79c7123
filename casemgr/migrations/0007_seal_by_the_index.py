"""Let the sealing function look rows up by their index, also in a session that began when the tables were empty."""

from django.db import migrations


class Migration(migrations.Migration):
    """Set it on the function."""

    dependencies = [("casemgr", "0006_open_glass")]
    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION casemgr_seal_event(bigint) SET enable_seqscan = off",
            "ALTER FUNCTION casemgr_seal_event(bigint) RESET enable_seqscan",
        )
    ]
