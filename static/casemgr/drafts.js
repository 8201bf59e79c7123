/* Nothing typed is lost: keep what stands in a form on the server every few seconds, and in this browser, sealed, until it is there.
   A form with data-draft takes part, also one that htmx brings. Without script, forms work as they always did. docs/features/drafts.md says how. */
(() => {
  "use strict";
  if (window.casemgrDrafts) { return; } // two forms of one page bring this script twice
  const drafts = window.casemgrDrafts = [];
  const leaving = new Map(); // what forms that were taken off the page still send
  const PAUSE = 1500, LONGEST = 5000, LOCAL = 250, RETRY = 4000, PATIENCE = 8000, KEEP = 30 * 24 * 3600 * 1000;
  const NO_FIELD = new Set(["hidden", "password", "file", "submit", "button", "image", "reset"]);
  const tab = String(Math.random());
  const cookie = (name) => (document.cookie.split("; ").find((one) => one.startsWith(name + "=")) || "").slice(name.length + 1);

  /* ---- What stands in a form ---- */
  const fieldsOf = (form) => Array.from(form.elements).filter((one) => one.name && !NO_FIELD.has(one.type) && one.tagName !== "FIELDSET" && !one.closest("[data-draft-skip]"));
  const isChoice = (one) => one.type === "checkbox" || one.type === "radio";

  function read(form) {
    const typed = {};
    fieldsOf(form).forEach((one) => {
      const held = typed[one.name] || (typed[one.name] = []);
      if (one.type === "select-multiple") { held.push(...Array.from(one.selectedOptions, (option) => option.value)); }
      else if (!isChoice(one)) { held.push(one.value); }
      else if (one.checked) { held.push(one.value); }
    });
    return typed;
  }

  function write(form, typed) {
    const turn = {};
    fieldsOf(form).forEach((one) => {
      const held = typed[one.name];
      if (!held) { return; }
      if (one.type === "select-multiple") { Array.from(one.options).forEach((option) => { option.selected = held.includes(option.value); }); return; }
      if (isChoice(one)) { one.checked = held.includes(one.value); return; }
      const at = turn[one.name] || 0;
      turn[one.name] = at + 1;
      if (at < held.length && one.value !== held[at]) { one.value = held[at]; }
    });
    form.dispatchEvent(new CustomEvent("draft:written", { bubbles: true }));
  }

  function labelOf(form, name) {
    const one = fieldsOf(form).find((field) => field.name === name);
    if (!one) { return name; }
    const legend = isChoice(one) && one.closest("fieldset") && one.closest("fieldset").querySelector("legend");
    const label = legend || (one.labels && one.labels[0]) || (one.closest(".field") && one.closest(".field").querySelector("label"));
    return (label ? label.textContent : name).replace(/\s+/g, " ").trim();
  }

  /* The part of one person in a group is called by their name. */
  function titleOf(form, name) {
    const one = /^[0-9a-f-]{36}/.test(name) && fieldsOf(form).find((field) => field.name === name);
    const heading = one && one.closest(".panel, fieldset") && one.closest(".panel, fieldset").querySelector("h2, h3, legend");
    return (heading ? heading.textContent.replace(/\s+/g, " ").trim() + ": " : "") + labelOf(form, name);
  }

  function spoken(form, name, held) {
    return held.map((value) => {
      const one = fieldsOf(form).find((field) => field.name === name && (!isChoice(field) || field.value === value));
      if (one && isChoice(one) && one.labels && one.labels[0]) { return one.labels[0].textContent.trim(); }
      const option = one && one.options && Array.from(one.options).find((each) => each.value === value);
      return option ? option.textContent.trim() : value;
    }).join("\n");
  }

  const plain = (held) => JSON.stringify((held || []).map((text) => text.replace(/\r\n/g, "\n")));
  const differing = (one, other) => [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => plain(one[name]) !== plain(other[name]));

  /* ---- What this browser keeps: ciphertext under a name that tells nothing ---- */
  const asked = (request) => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error); });
  let opened = null;

  function shelf(mode) {
    opened = opened || (() => {
      const request = indexedDB.open("casemgr", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "id" });
      return asked(request);
    })();
    return opened.then((database) => database.transaction("drafts", mode, { durability: "strict" }).objectStore("drafts"));
  }

  async function sweep() {
    const store = await shelf("readwrite");
    const all = await asked(store.getAll());
    all.filter((one) => Date.now() - one.at > KEEP).forEach((one) => store.delete(one.id));
  }

  class Safe {
    constructor(id, keys, writes) { this.id = id; this.keys = keys; this.writes = writes; }

    static async open(told) {
      if (!window.crypto || !crypto.subtle || !window.indexedDB) { return null; }
      const keys = {};
      for (const [number, encoded] of Object.entries(told.keys)) {
        const raw = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
        keys[number] = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
      }
      return new Safe(told.store, keys, told.writes);
    }

    async put(content) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const how = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(this.id) };
      const sealed = await crypto.subtle.encrypt(how, this.keys[this.writes], new TextEncoder().encode(JSON.stringify(content)));
      await asked((await shelf("readwrite")).put({ id: this.id, key: this.writes, iv, sealed, at: Date.now() }));
    }

    async get() {
      const row = await asked((await shelf("readonly")).get(this.id));
      if (!row || !this.keys[row.key]) { return null; }
      const how = { name: "AES-GCM", iv: row.iv, additionalData: new TextEncoder().encode(this.id) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, this.keys[row.key], row.sealed)));
    }

    async forget() { await asked((await shelf("readwrite")).delete(this.id)); }
  }

  /* ---- One form ---- */
  class Draft {
    constructor(form, state) {
      Object.assign(this, { form, state, words: state.dataset, base: 0, rest: {}, turn: 0, kept: 0, isOpen: false, safe: null, other: null, queue: [], trouble: "" });
      this.url = `${this.words.url}${encodeURIComponent(form.dataset.draft)}/`;
      this.address = form.dataset.draftAddress || location.pathname + location.search; // a form in its slot has a page of its own, too
      form.autocomplete = "off"; // or the browser itself writes the words to its disk, to restore its windows with them
      this.gone = new AbortController();
      const on = (place, name, act, capture) => place.addEventListener(name, act, { signal: this.gone.signal, capture });
      on(form, "input", () => this.typed());
      on(form, "submit", (event) => this.submitted(event), true); // before htmx sends the form
      on(document, "submit", (event) => { if (event.target !== form) { this.flush(); } });
      on(document, "visibilitychange", () => { if (document.hidden) { this.flush(); } });
      on(window, "pagehide", () => this.flush());
      on(window, "pageshow", (event) => { if (event.persisted) { location.reload(); } });
      on(window, "online", () => this.resume());
      on(window, "focus", () => { if (this.trouble) { this.resume(); } });
      this.open();
    }

    /* The form was taken off the page: its last words go on their way, and it listens to nothing any more. */
    close() {
      this.gone.abort();
      if (this.channel) { this.channel.close(); }
      [this.soon, this.later, this.again].forEach(clearTimeout);
      drafts.splice(drafts.indexOf(this), 1);
      const last = this.isDirty ? [this.keepHere(), this.saving ? this.saving.then(() => this.save()) : this.save(true)] : [this.saving];
      leaving.set(this.url, Promise.race([Promise.allSettled(last), new Promise((enough) => setTimeout(enough, PATIENCE))]));
    }

    get isDirty() { return this.turn > this.kept; }
    resume() { return this.isOpen ? this.save() : this.open(); }
    here() { return { ...this.rest, ...read(this.form) }; }

    async ask(method, path, body, last) {
      const headers = { "X-CSRFToken": cookie("csrftoken"), "X-Draft-Owner": this.words.owner, "Content-Type": "application/json" };
      const patience = new AbortController();
      const timer = last ? 0 : setTimeout(() => patience.abort(), PATIENCE);
      try {
        const answer = await fetch(this.url + path, { method, headers, body, redirect: "manual", cache: "no-store", keepalive: Boolean(last), signal: last ? undefined : patience.signal });
        if (answer.type === "opaqueredirect") { return { status: 401 }; }
        const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
        return { status: answer.status, told: isJson ? await answer.json() : {} };
      } catch (unreached) {
        return { status: 0 };
      } finally { clearTimeout(timer); }
    }

    /* Ask the server, and this browser, what was typed before: once, however many wait for it. */
    open() {
      this.opening = this.opening || this.asking().finally(() => { this.opening = null; });
      return this.opening;
    }

    async asking() {
      await leaving.get(this.url);
      const { status, told } = await this.ask("GET", "");
      if (status !== 200) { this.failed(status, told); return; }
      let local = null, safe = null;
      try {
        safe = await Safe.open(told);
        await sweep();
        local = safe && await safe.get();
      } catch (unreadable) { local = null; }
      this.safe = safe; // not before it was looked into: what is typed now would take the place of what lies there
      this.isOpen = true;
      this.trouble = "";
      this.began(told, local);
      if (!this.gone.signal.aborted) { this.meet(told.store); }
    }

    began(told, local) {
      const before = sessionStorage.getItem(told.store);
      sessionStorage.removeItem(told.store);
      const isSent = this.words.typed !== undefined; // the form came back, with what this window sent
      if (isSent && told.fields) { this.carry(told); }
      const now = this.here();
      this.queue = this.unseen(told, local, local && (isSent ? before === String(local.base) : !this.isDirty));
      if (isSent || this.isDirty) {
        const isNewer = String(told.version) !== before && !(this.queue.length && local.base === told.version);
        if (isNewer && ((told.gone && before !== null) || (told.fields && differing(told.fields, now).length))) { this.queue.push(told); } else { this.base = told.version; }
        if (this.further()) { this.keepHere(); return; }
        if (this.isDirty || !told.fields || differing(told.fields, now).length) { this.typed(); } else { this.say("saved", told.at); }
        return;
      }
      const typed = local ? local.fields : told.fields;
      this.labels = told.labels || {};
      this.base = told.version;
      if (!typed) { return; }
      const isNews = differing(typed, { ...typed, ...now }).length > 0;
      this.take(typed);
      const agrees = !local || (told.fields && !differing(local.fields, told.fields).length);
      if (!agrees && local.base !== told.version && (told.fields || told.gone)) { this.queue.push(told); }
      if (this.further()) { return; }
      if (isNews || this.homeless().length) { this.restored(agrees ? told.at : local.clock); }
      if (agrees) { this.saved(told.at); } else { this.typed(); }
    }

    /* What lies in this browser and nobody has seen again: nothing is written over it before somebody chose. */
    unseen(told, local, isOwn) {
      if (!local) { return []; }
      const kept = [...(isOwn || (told.fields && !differing(local.fields, told.fields).length) ? [] : [local]), ...(local.aside || [])];
      return kept.map(({ fields, clock }) => ({ ...told, fields, clock, at: clock, gone: false, isKept: true }));
    }

    /* Ask about one text after the other; say whether there is one to ask about. */
    further() {
      while (this.queue.length) {
        const one = this.queue.shift();
        if (one.gone || differing(one.fields, this.here()).length) { this.two(one); return true; }
      }
      return false;
    }

    homeless() { return Object.entries(this.rest).filter(([, held]) => held.some((text) => text.trim())); }

    /* What the form that came back has no place for is not lost with it; what stands poured into another field is in place. */
    carry(told) {
      const known = read(this.form), there = plain(Object.values(known).flat());
      const stands = (text) => there.includes(plain([text.trim()]).slice(2, -2));
      this.labels = told.labels || {};
      this.rest = Object.fromEntries(Object.entries(told.fields).filter(([name, held]) => !(name in known) && held.some((text) => text.trim() && !stands(text))));
      if (this.homeless().length) { this.restored(told.at); }
    }

    /* Words without a field go along when the form is sent: the server knows a place for them, or shows them again. */
    sendRest() {
      this.form.querySelectorAll("[data-draft-rest]").forEach((one) => one.remove());
      Object.entries(this.rest).forEach(([name, held]) => held.filter((text) => text.trim()).forEach((text) => {
        const one = document.createElement("input");
        Object.assign(one, { type: "hidden", name, value: text });
        one.dataset.draftRest = "";
        this.form.append(one);
      }));
    }

    take(typed) {
      const known = read(this.form);
      this.rest = Object.fromEntries(Object.entries(typed).filter(([name]) => !(name in known)));
      write(this.form, typed);
    }

    /* ---- Keep ---- */
    typed() {
      this.turn += 1;
      if (!this.trouble && !this.other) { this.say("unsaved"); }
      this.since = this.since || Date.now();
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.keepHere(), LOCAL);
      clearTimeout(this.later);
      this.later = setTimeout(() => this.save(), Math.max(0, Math.min(PAUSE, this.since + LONGEST - Date.now())));
    }

    async keepHere() {
      if (!this.safe || !this.isDirty) { return; }
      const clock = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
      try {
        const aside = [this.other, ...this.queue].filter((one) => one && one.isKept).map((one) => ({ fields: one.fields, clock: one.clock }));
        await this.safe.put({ fields: this.here(), base: this.base, clock, aside });
        this.isHere = true;
        if (this.trouble === "signedOut") { this.announce(); }
      } catch (full) { this.isHere = false; }
      if (this.trouble) { this.say(this.trouble); }
      if (this.other) { this.compare(); }
    }

    save(last) {
      if (this.saving) { return last ? undefined : this.saving.then(() => this.save()); }
      if (!this.isOpen) { return this.open().then(() => this.isOpen ? this.save() : undefined); }
      if (!this.isDirty || this.other) { return Promise.resolve(); }
      clearTimeout(this.later);
      this.since = 0;
      this.saving = this.send(last).finally(() => { this.saving = null; });
      return this.saving;
    }

    async send(last) {
      const turn = this.turn;
      const fields = this.here();
      const labels = Object.fromEntries(Object.keys(fields).map((name) => [name, labelOf(this.form, name)]));
      const body = JSON.stringify({ version: this.base, address: this.address, fields_typed: fields, labels });
      const { status, told } = await this.ask("POST", "", body, last);
      if (status === 409) { this.two(told); return; }
      if (status !== 200) { this.failed(status, told); return; }
      this.base = told.version;
      this.kept = Math.max(this.kept, turn);
      this.trouble = "";
      if (!this.isDirty) { this.saved(told.at); } else { this.typed(); }
    }

    saved(at) {
      this.kept = this.turn;
      this.trouble = "";
      if (this.safe) { this.safe.forget().catch(() => {}); }
      this.say("saved", at);
      this.announce();
    }

    announce() { this.form.dispatchEvent(new CustomEvent("draft:kept", { bubbles: true })); }

    failed(status, told) {
      const gone = status === 0 || status >= 500 || status === 429;
      this.trouble = gone ? "offline" : status === 401 ? "signedOut" : told && told.other ? "other" : told && told.why ? "why" : "refused";
      this.why = told && told.why;
      this.say(this.trouble);
      if (this.isDirty) { this.keepHere(); }
      clearTimeout(this.again);
      if (gone && !this.gone.signal.aborted) { this.again = setTimeout(() => this.resume(), RETRY); }
    }

    flush() {
      if (!this.isDirty) { return; }
      this.keepHere();
      this.save(true);
    }

    /* What was typed last is on the server before the form goes: then nothing late can come after it. */
    async submitted(event) {
      const token = this.form.elements.csrfmiddlewaretoken;
      if (token && cookie("csrftoken")) { token.value = cookie("csrftoken"); }
      clearTimeout(this.soon);
      if (this.mayGo || (!this.isDirty && !this.other && !this.trouble && !this.saving)) { this.left(); return; }
      event.preventDefault();
      event.stopImmediatePropagation();
      await this.save();
      if (this.other) { this.lead(); return; }
      if (["offline", "signedOut", "other"].includes(this.trouble)) { this.say(this.trouble); return; }
      this.mayGo = true;
      this.form.requestSubmit(event.submitter);
    }

    lead() {
      this.box.scrollIntoView({ block: "center" });
      this.box.querySelector("button").focus({ preventScroll: true });
    }

    left() {
      this.mayGo = false;
      clearTimeout(this.later);
      this.sendRest();
      const seen = this.form.querySelector("[data-draft-version]");
      seen.disabled = !this.isOpen; // a note is saved once, whichever window sends it: the server compares
      seen.value = this.base;
      if (this.safe) { try { sessionStorage.setItem(this.safe.id, this.base); } catch (full) { /* then both texts are shown */ } }
    }

    /* ---- Say ---- */
    say(kind, at) {
      const isHere = this.isHere || !this.isDirty;
      const name = kind === "offline" && !isHere ? "lost" : kind === "two" && this.other.isKept ? "twoKept" : kind;
      const text = kind === "why" ? this.why : (this.words[name] || "").replace("{at}", at || "");
      this.state.replaceChildren(text);
      this.state.dataset.kind = name;
      if (kind === "signedOut") {
        const link = document.createElement("a");
        link.href = `${this.words.signIn}?next=${encodeURIComponent(this.address)}`;
        link.textContent = this.words.signInWords;
        this.state.append(" ", link);
      }
      if (kind === "two") {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn--small";
        button.textContent = this.words.showBoth;
        button.addEventListener("click", () => this.lead());
        this.state.append(" ", button);
      }
      const aloud = this.form.querySelector("[data-draft-aloud]");
      if (aloud && kind !== "unsaved" && this.said !== name) { aloud.textContent = text; this.said = name; }
    }

    show(name) {
      if (this.box) { this.box.remove(); }
      this.box = this.form.querySelector(`template[data-draft-${name}]`).content.firstElementChild.cloneNode(true);
      this.form.prepend(this.box);
      const fold = this.form.closest("details");
      if (fold) { fold.open = true; }
      this.box.addEventListener("click", (event) => {
        const button = event.target.closest("[data-draft-do]");
        if (button) { event.preventDefault(); this[button.dataset.draftDo](); }
      });
      return this.box;
    }

    restored(at) {
      const place = this.show("restored").querySelector("[data-draft-at]");
      place.textContent = place.textContent.replace("{at}", at || "");
      const homeless = this.homeless();
      this.box.querySelector("[data-draft-homeless]").hidden = !homeless.length;
      homeless.forEach(([name, held]) => {
        const text = document.createElement("p");
        text.className = "drafts__text";
        text.textContent = `${this.labels[name] || name}: ${held.join("\n")}`;
        this.box.querySelector("[data-draft-homeless]").append(text);
      });
    }

    async discard() {
      if (!window.confirm(this.words.sure)) { return; }
      const { status, told } = await this.ask("POST", "drop/");
      if (status !== 204 && status !== 404) { this.failed(status, told); return; }
      this.kept = this.turn;
      this.anew();
    }

    /* ---- Two windows ---- */
    two(told) {
      this.other = told;
      const box = this.show(told.gone ? "gone" : "two");
      box.querySelectorAll("[data-draft-at]").forEach((place) => { place.textContent = place.textContent.replace("{at}", told.at); });
      this.compare();
      this.say("two");
    }

    compare() {
      const list = this.box.querySelector("[data-draft-texts]");
      if (!list) { return; }
      const here = this.here(), there = this.other.fields;
      list.replaceChildren();
      differing(here, there).forEach((name) => {
        const row = this.box.querySelector("template").content.firstElementChild.cloneNode(true);
        const texts = [here, there].map((typed) => spoken(this.form, name, typed[name] || []));
        if (texts[0] === texts[1]) { return; }
        row.querySelector("[data-draft-label]").textContent = titleOf(this.form, name);
        row.querySelector("[data-draft-here]").textContent = texts[0];
        row.querySelector("[data-draft-there]").textContent = texts[1];
        row.querySelector("[data-draft-when]").textContent = this.words[this.other.isKept ? "kept" : "there"].replace("{at}", this.other.at);
        list.append(row);
      });
    }

    settle(isTaken) {
      const told = this.other;
      this.other = null;
      if (!this.queue.length) { this.base = told.version; }
      this.trouble = "";
      this.box.remove();
      if (this.further()) { this.typed(); return; }
      if (isTaken) { this.saved(told.at); } else { this.typed(); this.save(); }
    }

    mine() { this.settle(false); }
    theirs() { this.take(this.other.fields); this.settle(!this.other.isKept); }

    both() {
      const there = this.other.fields;
      const here = this.here();
      fieldsOf(this.form).filter((one) => one.tagName === "TEXTAREA" && there[one.name] && there[one.name][0]).forEach((one) => {
        if (plain(here[one.name]) !== plain(there[one.name])) { one.value = [one.value, there[one.name][0]].filter(Boolean).join("\n\n"); }
      });
      this.settle(false);
    }

    async anew() {
      this.kept = this.turn;
      if (this.safe) { await this.safe.forget().catch(() => {}); }
      this.announce();
      this.form.reset();
      location.assign(location.pathname + location.search);
    }

    meet(store) {
      if (!window.BroadcastChannel || this.channel) { return; }
      this.channel = new BroadcastChannel("casemgr-drafts");
      this.channel.onmessage = ({ data }) => {
        if (data.store !== store || data.tab === tab) { return; }
        this.form.querySelector("[data-draft-also]").hidden = false;
        if (data.isNew) { this.channel.postMessage({ store, tab }); }
      };
      this.channel.postMessage({ store, tab, isNew: true });
    }
  }

  /* Wake up on the forms that are there, and on those that htmx brings; let go of those that it takes away. */
  function wake(place) {
    [place, ...place.querySelectorAll("form")].forEach((form) => {
      const state = form.matches && form.matches("form[data-draft]") && form.querySelector("[data-draft-state]");
      if (state && form.dataset.draft && !drafts.some((one) => one.form === form)) { drafts.push(new Draft(form, state)); }
    });
  }

  wake(document);
  document.addEventListener("htmx:load", (event) => wake(event.target));
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    const draft = drafts.find((one) => one.form === event.target);
    if (draft) { draft.close(); }
  });

  /* A small piece of the page that finds the session over must not take the page away from under somebody's hands. */
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const target = event.detail.xhr.getResponseHeader("HX-Redirect") || "";
    const typing = drafts.filter((draft) => draft.isDirty);
    if (!typing.length || !target.startsWith(typing[0].words.signIn)) { return; }
    event.preventDefault();
    typing.forEach((draft) => draft.resume());
  });
})();
