"""Python's collector waits while the product is loaded, and leaves alone what was loaded then."""

import gc
import subprocess
import sys
from pathlib import Path

from casemgr.collecting import BEFORE_A_LOOK

LOADED = """
import gc, os
os.environ["DJANGO_SETTINGS_MODULE"] = "casemgr.settings"
import casemgr
print(gc.isenabled(), gc.get_freeze_count())
import django
django.setup()
print(gc.isenabled(), gc.get_freeze_count() > 100_000, gc.get_threshold())
"""


def test_every_process_looks_through_nothing_while_it_loads_and_never_again_through_what_is_loaded():
    root = Path(__file__).resolve().parent.parent
    said = subprocess.run([sys.executable, "-c", LOADED], cwd=root, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["False 0", f"True True {BEFORE_A_LOOK}"]


def test_what_a_request_leaves_behind_is_still_looked_through():
    """Two things that hold each other are found by nobody but the collector."""

    class Held(list):
        pass

    gc.collect()
    for _ in range(1_000):
        one = Held()
        one.append(one)
    del one
    assert gc.isenabled()
    assert gc.collect() >= 1_000
