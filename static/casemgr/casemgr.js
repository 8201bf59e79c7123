/* Keys, colors, unsaved forms, and what htmx leaves to us. Every page works without it. */
(function () {
  "use strict";
  const root = document.documentElement;
  const find = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const shown = (element) => element.getClientRects().length > 0;

  /* ---- Colors and row height ---- */
  const DEFAULTS = { theme: "auto", density: "comfortable" };

  function chosen(name) {
    return root.getAttribute("data-" + name) || DEFAULTS[name];
  }

  function markChoices() {
    Object.keys(DEFAULTS).forEach((name) => {
      all("[data-set-" + name + "]").forEach((button) => {
        button.setAttribute("aria-pressed", String(button.getAttribute("data-set-" + name) === chosen(name)));
      });
    });
  }

  function choose(name, value) {
    if (value === DEFAULTS[name]) { root.removeAttribute("data-" + name); } else { root.setAttribute("data-" + name, value); }
    try { localStorage.setItem("casemgr-" + name, value); } catch (refused) { /* private window: holds until the page is left */ }
    markChoices();
  }

  /* ---- Lists ---- */
  const rows = () => all("[data-row]").filter(shown);
  const currentRow = () => find('[data-row][data-current="true"]');

  function step(by) {
    const list = rows();
    if (!list.length) { return false; }
    const at = list.indexOf(currentRow());
    const next = list[at === -1 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1)];
    list.forEach((row) => row.removeAttribute("data-current"));
    next.setAttribute("data-current", "true");
    const link = find("[data-row-link], a[href], button, input", next);
    if (link) { link.focus({ preventScroll: true }); }
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function openRow() {
    const row = currentRow();
    const link = row && (find("[data-row-link]", row) || find("a[href]", row));
    if (link) { link.click(); }
    return Boolean(link);
  }

  function checkRow() {
    const row = currentRow();
    const box = row && find("[data-row-check]", row);
    if (box) { box.click(); }
    return Boolean(box);
  }

  /* ---- Keys ---- */
  let afterG = 0;

  function typing(target) {
    return target.isContentEditable || (target.matches && target.matches("input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select"));
  }

  function press(element) {
    if (element.matches("input:not([type=submit]), textarea, select")) { element.focus(); } else { element.click(); }
    return true;
  }

  function keyed(attribute, key) {
    return all("[" + attribute + "]").find((element) => element.getAttribute(attribute) === key && !element.disabled && (attribute === "data-go" || shown(element)));
  }

  function openKeys() {
    const dialog = find("#keys");
    if (!dialog || dialog.open) { return false; }
    const list = find("[data-page-keys]", dialog);
    list.replaceChildren();
    all("[data-key]").filter(shown).forEach((element) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const letter = document.createElement("kbd");
      const words = document.createElement("dd");
      letter.textContent = element.getAttribute("data-key");
      const copy = element.cloneNode(true);
      all("kbd, svg", copy).forEach((part) => part.remove());
      words.textContent = element.getAttribute("data-key-label") || element.getAttribute("aria-label") || copy.textContent.trim();
      term.append(letter);
      row.append(term, words);
      list.append(row);
    });
    find("[data-page-keys-heading]", dialog).hidden = !list.children.length;
    dialog.showModal();
    return true;
  }

  const KEYS = {
    "/": () => { const field = find("[data-search]"); if (field) { field.focus(); field.select(); } return Boolean(field); },
    "?": openKeys,
    j: () => step(1),
    k: () => step(-1),
    x: checkRow,
    g: () => { afterG = Date.now(); return true; },
  };

  function act(event) {
    const key = event.key;
    if (afterG && Date.now() - afterG < 1200) {
      afterG = 0;
      const link = keyed("data-go", key);
      if (link) { return press(link); }
    }
    if (key === "Enter") { return !event.target.closest("a, button, summary, input") && openRow(); }
    const onPage = keyed("data-key", key);
    if (onPage) { return press(onPage); }
    return KEYS[key] ? KEYS[key]() : false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (event.key === "Escape") {
      const menu = event.target.closest("details[data-menu][open]") || find("details[data-menu][open]");
      if (menu) { menu.open = false; find("summary", menu).focus(); } else if (typing(event.target)) { event.target.blur(); }
      return;
    }
    if (typing(event.target) || find("dialog[open]")) { return; }
    if (act(event)) { event.preventDefault(); }
  });

  document.addEventListener("click", (event) => {
    all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) { menu.open = false; } });
    const button = event.target.closest("[data-set-theme], [data-set-density], [data-open], [data-dismiss], [data-print], [data-copy]");
    if (!button) { return; }
    Object.keys(DEFAULTS).forEach((name) => { if (button.hasAttribute("data-set-" + name)) { choose(name, button.getAttribute("data-set-" + name)); } });
    if (button.dataset.open === "keys") { openKeys(); }
    if (button.hasAttribute("data-dismiss")) { button.closest(".alert").remove(); }
    if (button.hasAttribute("data-print")) { window.print(); }
    if (button.dataset.copy) { navigator.clipboard.writeText(find(button.dataset.copy).textContent.trim()); }
  });

  /* ---- Forms: nothing typed is lost unseen, nothing is sent twice ---- */
  const changed = new Set();

  function mark(form, isChanged) {
    if (isChanged) { changed.add(form); } else { changed.delete(form); }
    const words = find("[data-saved]", form);
    if (words && isChanged) { words.textContent = words.dataset.unsavedWords; }
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-guard") && !changed.has(form)) { mark(form, true); }
  });

  document.addEventListener("draft:kept", (event) => mark(event.target, false));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    mark(form, false);
    if (form.method !== "post" || form.hasAttribute("hx-post")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });

  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
  window.addEventListener("beforeunload", (event) => {
    if (Array.from(changed).some((form) => form.isConnected)) { event.preventDefault(); event.returnValue = ""; }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('.error-summary a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) { return; }
    event.preventDefault();
    const fold = field.closest("details:not([open])");
    if (fold) { fold.open = true; }
    (field.closest(".field") || field).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  /* ---- htmx: say what failed, keep the focus where the work is ---- */
  function toast(words) {
    const place = find("#toasts");
    if (!place || !words) { return; }
    const box = document.createElement("div");
    const text = document.createElement("p");
    const close = document.createElement("button");
    box.className = "alert alert--stop";
    text.className = "alert__body";
    text.textContent = words;
    close.type = "button";
    close.className = "btn btn--quiet btn--small";
    close.textContent = "×";
    close.setAttribute("aria-label", place.dataset.close);
    close.setAttribute("data-dismiss", "");
    box.append(text, close);
    place.replaceChildren(box);
  }

  function say(name) {
    return () => { const place = find("#toasts"); toast(place && place.dataset[name]); };
  }

  document.addEventListener("htmx:sendError", say("failed"));
  document.addEventListener("htmx:timeout", say("failed"));
  document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.status >= 500 ? "failed" : "denied")());
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.xhr.waitingFor = event.detail.target; // the answer may name another target
    event.detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    (event.detail.xhr.waitingFor || event.detail.target).removeAttribute("aria-busy");
    const form = event.detail.elt.closest("form");
    if (form && !event.detail.successful) { mark(form, true); }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const piece = event.detail.elt;
    const target = piece.matches("[data-focus]") ? piece : find("[data-focus]", piece);
    if (target) { target.focus(); }
    markChoices();
  });

  const first = find("[data-focus]");
  if (first) { first.focus(); }
  markChoices();
})();
