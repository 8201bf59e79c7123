"""Write the figures down as tables that read well in a terminal and in a browser."""

from collections.abc import Iterable, Sequence

from casemgr.bench.figures import Figures, goals_of

INTRODUCTION = """\
# Performance

Written by `make bench`; it keeps the last run. Do not edit it by hand: `casemgr/bench/sheet.py` has the words.
"""

HOW = """\
## How it is measured

The benchmark starts its own PostgreSQL and Valkey, opens the demo clinic (everything in it was written by the product's verbs) and adds
invented people around it with a few statements of SQL. All of the following happens in one process and one run.

- **Processor time** is `time.process_time` of the process around calls of the real WSGI application, with a real access token from
  `/oauth/token` or a real session, through all middleware, with the database connection kept. The three that are compared take turns in
  15 rounds of 10 calls after a warm-up; the figure is the median of the rounds. Ratios are of processor time, so that other work on the
  machine does not decide them. *Database* is the processor time of PostgreSQL's process for this connection, from `/proc`; *wall* includes
  waiting for whatever else the machine did.
- **casemgr** checks token, rate, scope and consent, writes the account of disclosures and the audit record before it answers; its pages
  check role, site and caseload and record who looked. All history triggers are on.
- **plain Django** (`casemgr/bench/plain`) gives the same answer as an ordinary project would: model instances, a dict, `JsonResponse`, or
  a template in the same frame. The same middleware, but no token, no scope, no consent, no account, no audit; its lists read only the
  columns that they tell.
- **raw SQL** (`casemgr/bench/raw.py`) is one cursor and `json.dumps`, without any request around it: the floor. For the search and the
  pages it runs the very statements of the others.
- Before anything is timed, the three answers are compared; when they differ, the benchmark stops. Today of the product has more parts than
  the plain one, which are not compared; it takes its time with them.
- **Search**: `search_patients` with random mistyped names (half with one slip, a quarter with a slip in both names, a quarter the family
  name alone with a slip), among everybody and among those whom a role may see. *Work* is the processor time of both processes, which is
  what the wall shows on a machine with nothing else to do; the limits are held against it. Names follow the uneven spread of real ones.
- **Reminders**: facts as bookings leave them, due at once; one in ten cancelled, one in ten moved, one person in four without leave.
  Timed from the first claim to the last mark, in one process, without sending.
- **Doses**: `administer_dose` for everybody on the list, one after the other, with every check, the stock and the record.
- **Memory**: gunicorn and Celery started as `make run` starts them, on the same database; read from `smaps_rollup` after the work.
"""


def sheet(figures: Figures) -> str:
    """Return everything as one page."""
    parts = [INTRODUCTION, _run(figures), "## Limits\n", _goals(figures)]
    parts += ["## Requests\n\nMilliseconds for one request; processor time unless it says otherwise.\n", _requests(figures)]
    parts += ["## Search of a person, milliseconds\n", _searches(figures), "## Throughput\n", _throughput(figures)]
    parts += ["## Memory, megabytes\n", _weights(figures), HOW]
    return "\n".join(parts)


def _run(figures: Figures) -> str:
    """Say when, where and on how much."""
    lines = [f"{figures.at:%Y-%m-%d %H:%M} UTC, {figures.patients:,} patients, {figures.seconds:.0f} seconds in all", *figures.machine]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def _goals(figures: Figures) -> str:
    """Set each limit beside what was measured."""
    rows = [[goal.name, goal.measured, goal.limit, "yes" if goal.is_met else "**no**"] for goal in goals_of(figures)]
    return table(["figure", "measured", "limit", "kept"], rows)


def _requests(figures: Figures) -> str:
    """Set each request beside its comparisons."""
    heads = ["request", "casemgr", "plain Django", "raw SQL", "times plain", "times raw", "statements", "database", "wall"]
    rows = [
        [
            request.name,
            f"{request.ours.cpu:.2f}",
            f"{request.plain.cpu:.2f}",
            f"{request.raw.cpu:.2f}",
            f"{request.ratio:.2f}",
            f"{request.ratio_to_raw:.0f}",
            " / ".join(str(count) for count in request.statements),
            " / ".join(f"{spent.database:.2f}" for spent in (request.ours, request.plain, request.raw)),
            " / ".join(f"{spent.wall:.1f}" for spent in (request.ours, request.plain, request.raw)),
        ]
        for request in figures.requests
    ]
    return table(heads, rows)


def _searches(figures: Figures) -> str:
    """Show the searches of each asker."""
    heads = ["asker", "among", "searches", "work, median", "work, 95 %", "wall, median", "wall, 95 %", "database, 95 %", "found among 20"]
    rows = [
        [
            search.asker,
            f"{search.among:,}",
            str(search.searches),
            *(f"{value:.1f}" for value in (search.work_50, search.work_95, search.wall_50, search.wall_95, search.database_95)),
            f"{search.found:.0%}",
        ]
        for search in figures.searches
    ]
    return table(heads, rows)


def _throughput(figures: Figures) -> str:
    """Show what is done in a second."""
    heads = ["what", "how many", "a second on the wall", "a second of work", "ours, ms each", "database, ms each"]
    rows = []
    for name, count, done in (
        ("reminders decided and marked", figures.drain and figures.drain.reminders, figures.drain),
        ("doses given", figures.doses and figures.doses.doses, figures.doses),
    ):
        if done and count:
            each = done.spent.each(count)
            rates = f"{done.per_second:,.0f}", f"{done.per_second_of_work:,.0f}"
            rows.append([name, f"{count:,}", *rates, f"{each.cpu:.2f}", f"{each.database:.2f}"])
    outcomes = figures.drain.outcomes if figures.drain else {}
    told = "".join(f"\n- {count:,} {outcome}" for outcome, count in outcomes.items())
    return table(heads, rows) + (f"\nWhat became of the reminders:\n{told}\n" if told else "")


def _weights(figures: Figures) -> str:
    """Show what processes weigh."""
    rows = [[weight.name, *(f"{value:.0f}" for value in (weight.resident, weight.proportional, weight.own))] for weight in figures.weights]
    return table(["process", "resident", "fair share (PSS)", "its own (USS)"], rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with the columns in line, numbers to the right."""
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    rule = "|".join("-" * (width + 2) if place == 0 else "-" * (width + 1) + ":" for place, width in enumerate(widths))

    def drawn(line: list[str]) -> str:
        cells = (
            text.ljust(width) if place == 0 else text.rjust(width) for place, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        return "| " + " | ".join(cells) + " |"

    return "\n".join([drawn(lines[0]), f"|{rule}|", *(drawn(line) for line in lines[1:])]) + "\n"
