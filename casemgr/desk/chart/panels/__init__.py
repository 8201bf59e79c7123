"""Register the panels of the chart, in the order in which they stand.

A feature adds its panel in three steps: a module here that ends with its `Panel`, a template `templates/desk/chart/panels/_<key>.html`,
and a line in `PANELS`. What it costs in statements stands in one constant of `tests/desk/test_chart.py`.
"""

from casemgr.desk.chart.panels.appointments import APPOINTMENTS
from casemgr.desk.chart.panels.care import CARE
from casemgr.desk.chart.panels.coming import COMING
from casemgr.desk.chart.panels.consents import CONSENTS
from casemgr.desk.chart.panels.contact import CONTACT
from casemgr.desk.chart.panels.diagnoses import DIAGNOSES
from casemgr.desk.chart.panels.groups import GROUPS
from casemgr.desk.chart.panels.health import HEALTH
from casemgr.desk.chart.panels.medication import MEDICATION
from casemgr.desk.chart.panels.panel import Panel
from casemgr.desk.chart.panels.plan import PLAN
from casemgr.desk.chart.panels.recovery import RECOVERY
from casemgr.desk.chart.panels.referrals import REFERRALS
from casemgr.desk.chart.panels.safety import SAFETY
from casemgr.desk.chart.panels.screenings import SCREENINGS
from casemgr.desk.chart.panels.sessions import SESSIONS
from casemgr.desk.chart.panels.tasks import TASKS
from casemgr.desk.chart.panels.team import TEAM
from casemgr.desk.chart.panels.toxicology import TOXICOLOGY
from casemgr.desk.chart.panels.world import WORLD

PANELS: tuple[Panel, ...] = (
    SAFETY,
    RECOVERY,
    DIAGNOSES,
    PLAN,
    MEDICATION,
    HEALTH,
    SESSIONS,
    TASKS,
    REFERRALS,
    SCREENINGS,
    WORLD,
    TOXICOLOGY,
    APPOINTMENTS,
    CONTACT,
    TEAM,
    GROUPS,
    CONSENTS,
    CARE,
    COMING,
)
