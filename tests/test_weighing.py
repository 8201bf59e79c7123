import os
import sys
from pathlib import Path

from tests.weighing import weighed

HERE = Path(__file__).parent
MEGABYTE = 1024 * 1024


def test_a_command_is_weighed_without_the_process_that_asks():
    large = bytearray(b"x" * (200 * MEGABYTE))
    small = weighed([sys.executable, "-I", "-c", "pass"], cwd=HERE, env=os.environ)
    assert (small.done.returncode, len(large)) == (0, 200 * MEGABYTE)
    assert 2 < small.megabytes < 100


def test_what_a_command_holds_and_says_is_told():
    told = "import sys; held = b'x' * (150 * 2**20); print('said'); sys.exit('complained')"
    heavy = weighed([sys.executable, "-I", "-c", told], cwd=HERE, env=os.environ)
    assert heavy.megabytes > 150
    assert (heavy.done.returncode, heavy.done.stdout, heavy.done.stderr) == (1, "said\n", "complained\n")


def test_the_seconds_are_those_of_the_processor():
    slept = weighed([sys.executable, "-I", "-c", "import time; time.sleep(1)"], cwd=HERE, env=os.environ)
    assert slept.seconds < 0.5
    worked = weighed([sys.executable, "-I", "-c", "import time\nwhile time.process_time() < 0.5: pass"], cwd=HERE, env=os.environ)
    assert worked.seconds >= 0.5
