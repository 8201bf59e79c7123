import pytest
from axe_playwright_python import sync_playwright as axe

PAGES = ["/ui/styleguide/", "/account/login/", "/account/password/reset/", "/shown/404.html", "/shown/500.html"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.core.ui.urls"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def address(live_server, settings):
    settings.DEBUG = True
    return live_server.url


@pytest.fixture
def open_page(chromium, address, clinic, sign_in):
    """Return a function that opens an address as the nurse, and fails on anything the browser complains about."""
    contexts, complaints = [], []

    def _open(path, *, width=1280, theme="light", signed_in=True, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme=theme, bypass_csp=options.pop("axe", False), **options
        )
        contexts.append(context)
        if signed_in:
            cookie = sign_in(clinic.nurse).cookies["sessionid"]
            context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(address + path)
        return page

    yield _open
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1280, "light")])
def test_no_barriers_on_any_part(open_page, theme, width):
    found = []
    for path in PAGES:
        page = open_page(path, width=width, theme=theme, signed_in=path.startswith("/ui"), axe=True)
        page.evaluate("document.querySelectorAll('details:not([data-menu])').forEach((fold) => { fold.open = true; })")
        answer = axe.Axe().run(page).response
        found += [f"{path}: {wrong['id']} {[node['target'] for node in wrong['nodes']]}" for wrong in answer["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than the screen"
    assert found == []


def test_keys_walk_a_list_open_choose_and_search(open_page):
    page = open_page("/ui/styleguide/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.inner_text('[data-row][data-current="true"]').startswith("Renew consent")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ui/styleguide/#row")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "topbar-search"


def test_keys_are_letters_while_typing(open_page):
    page = open_page("/ui/styleguide/")
    page.click("#topbar-search")
    page.keyboard.type("j?np")
    assert page.input_value("#topbar-search") == "j?np"
    assert page.query_selector("[data-current]") is None
    assert "#new" not in page.url


def test_a_key_presses_its_button_and_the_help_lists_it(open_page):
    page = open_page("/ui/styleguide/")
    page.keyboard.press("n")
    page.wait_for_url("**/ui/styleguide/#new")
    page.keyboard.press("?")
    assert page.inner_text("#keys").count("New referral") == 1
    page.keyboard.press("Escape")
    assert page.is_hidden("#keys")


def test_g_and_a_letter_go_to_a_page(open_page):
    page = open_page("/shown/404.html")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/caseload/")


def test_theme_and_row_height_are_remembered(open_page):
    page = open_page("/ui/styleguide/")
    page.click(".menu:last-of-type > summary")
    page.click('[data-set-theme="dark"]')
    page.click('[data-set-density="compact"]')
    page.reload()
    root = page.locator("html")
    assert root.get_attribute("data-theme") == "dark"
    assert root.get_attribute("data-density") == "compact"


def test_leaving_a_changed_form_asks_first(open_page):
    page = open_page("/ui/styleguide/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.fill("#wrong [name=phone]", "555 0100")
    assert page.inner_text("#wrong [data-saved]") == "Not saved yet"
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => { location.href = '/'; })")
    assert asked == ["beforeunload"]


def test_the_error_summary_leads_to_the_field(open_page):
    page = open_page("/ui/styleguide/")
    page.click('#wrong .error-summary a[href="#wrong_born_on"]')
    assert page.evaluate("document.activeElement.name") == "born_on"


def test_menus_work_without_script(open_page):
    page = open_page("/ui/styleguide/", width=390, java_script_enabled=False)
    page.click(".bottombar__more > summary")
    assert page.is_visible(".bottombar__sheet")
    assert page.is_hidden('[data-set-theme="dark"]')


def test_a_failed_request_is_said_aloud(open_page):
    page = open_page("/ui/styleguide/")
    page.wait_for_function("window.htmx")
    page.evaluate("htmx.ajax('GET', '/not/there/', {target: '#main'}).catch(() => {})")
    page.wait_for_selector("#toasts .alert")
    assert "refused" in page.inner_text("#toasts")
    assert page.is_visible("h1")
