"""Register the lanes of the recovery chart, in the order in which they stand.

A feature adds its lane in two steps: a module here that ends with its `Lane`, and a line in `LANES`. What it costs in statements stands
in one constant of `tests/desk/recovery/test_recovery.py`.
"""

from casemgr.desk.recovery.lanes.care import CARE
from casemgr.desk.recovery.lanes.doses import DOSES
from casemgr.desk.recovery.lanes.lane import Lane
from casemgr.desk.recovery.lanes.life import LIFE
from casemgr.desk.recovery.lanes.overdose import OVERDOSE
from casemgr.desk.recovery.lanes.reviews import REVIEWS
from casemgr.desk.recovery.lanes.scores import SCORES
from casemgr.desk.recovery.lanes.sessions import SESSIONS
from casemgr.desk.recovery.lanes.toxicology import TOXICOLOGY
from casemgr.desk.recovery.lanes.use import USE

LANES: tuple[Lane, ...] = (
    DOSES,
    TOXICOLOGY,
    USE,
    OVERDOSE,
    SCORES,
    SESSIONS,
    REVIEWS,
    CARE,
    LIFE,
)
