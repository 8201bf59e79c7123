import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = [pytest.mark.urls("tests.core.ui.urls"), pytest.mark.django_db]

PUBLIC = ["/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/account/signup/", "/account/inactive/"]
TELLING = re.compile(r"opioid|methadone|substance|addict|recovery program|treatment|clinic|dose|patient|mental|health", re.IGNORECASE)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)


def words_of(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html[html.index("<body") :])


@pytest.mark.parametrize("url", PUBLIC)
def test_public_pages_do_not_tell_what_is_treated_here(url):
    answer = Client().get(url)
    assert answer.status_code == 200
    assert TELLING.search(words_of(answer.content.decode())) is None


@pytest.mark.parametrize("url", [*PUBLIC, "/shown/404.html", "/shown/403.html", "/shown/429.html", "/shown/500.html"])
def test_pages_stand_on_their_own_policy(url):
    html = Client().get(url).content.decode()
    assert INLINE.search(html) is None
    assert '<html lang="en"' in html
    assert html.count("<h1") == 1
    assert html.count("<main") == 1


def test_a_wrong_password_is_told_on_top_and_what_was_typed_stays():
    html = Client().post("/account/login/", {"login": "nobody@example.org", "password": "wrong"}).content.decode()
    assert "One thing needs your attention" in html
    assert 'value="nobody@example.org"' in html
    assert "wrong" not in words_of(html)
    assert html.count("/password/reset/") == 1


def test_the_broken_page_needs_neither_request_nor_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        html = render_to_string("500.html")
    assert "Something broke on our side" in html


def test_not_found_and_not_yours_look_the_same(clinic, sign_in):
    browser = sign_in(clinic.nurse)
    answer = browser.get("/people/Zebulon/")
    assert answer.status_code == 404
    assert "Zebulon" not in words_of(answer.content.decode())


def test_the_frame_carries_navigation_program_and_person(clinic, sign_in):
    html = sign_in(clinic.nurse).get("/shown/404.html").content.decode()
    assert str(clinic.program) in html
    assert clinic.nurse.full_name in html
    assert 'href="/caseload/"' in html
    assert 'aria-label="Main"' in html


def test_signed_out_there_is_no_navigation():
    html = Client().get("/shown/404.html").content.decode()
    assert "sidenav" not in html
    assert 'role="search"' not in html


def test_the_style_guide_exists_in_development_only(settings):
    settings.DEBUG = False
    assert Client().get("/ui/styleguide/").status_code == 404
    settings.DEBUG = True
    assert Client().get("/ui/styleguide/").status_code == 200


def test_history_is_not_kept_in_the_browser():
    html = Client().get("/account/login/").content.decode()
    assert '"historyCacheSize":0' in html
    assert '"allowEval":false' in html
