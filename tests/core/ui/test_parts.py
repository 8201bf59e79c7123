import datetime as dt

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from casemgr.core.refusals import Refused
from casemgr.core.ui.moments import say_moment
from casemgr.core.ui.parts import person, state

NASTY = '<script>alert("x")</script>'


def draw(text: str, **values) -> str:
    return Template("{% load ui i18n %}" + text).render(Context(values))


def test_state_has_shape_word_and_color():
    drawn = draw("{% state 'warn' word %}", word="Ends on Friday")
    assert "#state-warn" in drawn
    assert "Ends on Friday" in drawn
    assert "state--warn" in drawn


def test_unknown_state_is_refused_with_the_known_ones():
    with pytest.raises(ImproperlyConfigured, match="good, note, warn, stop, quiet"):
        draw("{% state 'red' 'x' %}")
    with pytest.raises(ImproperlyConfigured, match="no state"):
        draw("{% alert kind='red' %}x{% endalert %}")


@pytest.mark.parametrize(
    "text",
    [
        "{% state 'good' v %}",
        "{% person v legal=v pronouns=v number=v %}",
        "{% stat v v period=v definition=v change=v %}",
        "{% empty v v %}",
        "{% facts %}{% fact v v note=v %}{% endfacts %}",
        "{% panel v note=v %}{{ v }}{% slot actions %}{{ v }}{% endslot %}{% endpanel %}",
        "{% alert 'note' v %}{{ v }}{% endalert %}",
        "{% refusal v help=v heading=v %}",
        "{% timeline v %}{% timeline_item v by=v %}{{ v }}{% endtimeline_item %}{% endtimeline %}",
        "{% confirm v v word=v button=v cancel=v %}{{ v }}{% endconfirm %}",
        "{% page_head v lede=v %}{% endpage_head %}",
        "{% fold v %}{{ v }}{% endfold %}",
        "{% progress 1 2 v words=v %}",
        "{% icon 'pill' label=v %}",
    ],
)
def test_parts_escape_what_people_typed(text):
    assert "<script>" not in draw(text, v=NASTY)


def test_a_slot_belongs_to_the_part_around_it():
    drawn = draw(
        "{% panel 'Outer' %}{% slot actions %}outer action{% endslot %}"
        "{% panel 'Inner' %}{% slot actions %}inner action{% endslot %}inner body{% endpanel %}{% endpanel %}"
    )
    outer, inner = drawn.split("Inner", 1)
    assert "outer action" in outer
    assert "inner action" not in outer
    assert drawn.count("outer action") == 1
    assert "inner action" in inner


def test_a_slot_outside_of_a_part_is_refused():
    with pytest.raises(ImproperlyConfigured, match="outside"):
        draw("{% slot actions %}x{% endslot %}")


def test_a_part_refuses_more_values_than_it_has_places():
    with pytest.raises(TemplateSyntaxError, match="takes 1 values"):
        draw("{% panel 'a' 'b' %}{% endpanel %}")


def test_person_shows_the_legal_name_only_where_it_differs():
    assert "Robert" in person("Rae Collins", legal="Robert Collins", pronouns="she/her")
    assert person("Ana Flores", legal="Ana Flores").count("Ana Flores") == 1


def test_refusal_names_every_reason_and_who_can_help():
    drawn = draw("{% refusal refused help='Ask the prescriber.' %}", refused=Refused("Given at 8:14.", "A hold stands."))
    assert "Given at 8:14." in drawn
    assert "A hold stands." in drawn
    assert "Ask the prescriber." in drawn
    assert 'role="alert"' in drawn


def test_no_refusal_draws_nothing():
    assert draw("{% refusal refused %}", refused=None).strip() == ""


def test_a_number_says_what_it_counts_and_leads_to_the_list():
    drawn = draw("{% stat 86 'kept their appointment' period='last 30 days' n=214 url='/list' definition='Attended of all.' %}")
    for words in ("86", "kept their appointment", "last 30 days", "n = 214", 'href="/list"', "Attended of all."):
        assert words in drawn


def test_zero_is_a_number_and_nothing_known_is_a_dash():
    assert ">0<" in draw("{% stat 0 'waiting' %}")
    assert ">0<" in draw("{% fact 'Doses' 0 %}")
    assert "—" in draw("{% fact 'Phone' '' %}")


NOW = dt.datetime(2026, 3, 4, 20, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        ({"seconds": 5}, "now"),
        ({"minutes": -12}, "12 minutes ago"),
        ({"minutes": 1}, "in 1 minute"),
        ({"hours": 3}, "today, 6 p.m."),
        ({"days": -1}, "yesterday, 3 p.m."),
        ({"days": 1}, "tomorrow, 3 p.m."),
        ({"days": 3}, "Saturday, 3 p.m."),
        ({"days": -40}, "January 23, 3 p.m."),
        ({"days": -400}, "Jan. 28, 2025, 3 p.m."),
    ],
)
def test_moments_are_said_as_people_say_them(distance, words):
    with timezone.override("America/New_York"):
        assert say_moment(NOW + dt.timedelta(**distance), now=NOW).words == words


def test_the_exact_moment_names_its_time_zone():
    with timezone.override("America/New_York"):
        spoken = say_moment(NOW, now=NOW)
    assert spoken.exact.endswith("3 p.m. EST")
    assert spoken.machine == "2026-03-04T15:00:00-05:00"


def test_today_is_the_programs_day_and_not_the_servers():
    late = dt.datetime(2026, 3, 5, 3, 30, tzinfo=dt.UTC)
    with timezone.override("America/New_York"):
        assert say_moment(late, now=NOW).words.startswith("today")


def test_a_day_is_said_without_a_clock():
    with timezone.override("America/New_York"):
        assert say_moment(dt.date(2026, 3, 5), now=NOW).words == "tomorrow"
        assert say_moment(dt.date(2026, 3, 5), now=NOW, style="day").words == "March 5"


def test_moment_of_nothing_is_a_dash():
    assert "—" in draw("{% moment none %}", none=None)


def test_states_translate_their_word_for_screen_readers():
    with translation.override("en"):
        assert "Attention:" in draw("{% state_mark 'warn' %}")
    assert "<script>" not in state("warn", NASTY)
