/* The recovery chart: the server drew it; this moves the window on the days and says what lies under the cursor, in the table's words. */
(function () {
  "use strict";
  const begun = performance.now();
  const figure = document.querySelector("[data-recovery]");
  const source = document.getElementById("recovery-data");
  if (!figure || !source) { return; }
  const data = JSON.parse(source.textContent);
  const stage = figure.querySelector("[data-stage]");
  const picture = stage.querySelector("svg");
  const plots = Array.from(picture.querySelectorAll("[data-plot]"));
  const labels = Array.from(picture.querySelectorAll("[data-label]")).map((box) => [box, ...box.dataset.label.split(" ").map(Number)]);
  const axis = picture.querySelector("[data-axis]");
  const grid = picture.querySelector(".recovery__ticks");
  const said = figure.querySelector("[data-said]");
  const LEAST = 14;
  const ROOM = 1.1; /* what stays empty on the right, for the words of the bands */
  const SVG = "http://www.w3.org/2000/svg";
  let [begin, shown] = data.window;
  let lane = 0;
  let at = -1;

  const cursor = make("recovery__cursor");
  const here = make("recovery__here");
  const tip = make("recovery__tip");

  function make(name) {
    const box = document.createElement("div");
    box.className = name;
    box.hidden = true;
    box.setAttribute("aria-hidden", "true");
    stage.append(box);
    return box;
  }

  /* ---- The window ---- */
  const share = (day) => ((day - begin) / shown) * 100;

  function show(from, days) {
    shown = Math.min(Math.max(days, LEAST), data.days);
    begin = Math.min(Math.max(from, 0), data.days - shown);
    plots.forEach((plot) => plot.setAttribute("viewBox", `${begin} 0 ${shown} ${plot.getAttribute("height")}`));
    labels.forEach(([box, first, long]) => {
      const left = Math.max(first, begin);
      box.setAttribute("x", `${share(left)}%`);
      box.setAttribute("width", `${Math.max(((first + long - left) / shown) * 100, 0)}%`);
    });
    drawAxis();
    if (at !== -1) { point(false); }
    figure.querySelectorAll("[data-days]").forEach((link) => link.removeAttribute("aria-current"));
  }

  function drawAxis() {
    const most = shown <= 370 ? 2 : shown <= 1100 ? 1 : 0;
    const ticks = data.ticks.filter(([day, , level]) => level <= most && day >= begin && day < begin + shown * 0.96);
    grid.setAttribute("d", ticks.map(([day]) => `M${day} 0V${picture.getAttribute("height")}`).join(""));
    axis.replaceChildren(...ticks.map(([day, word, level]) => {
      const text = document.createElementNS(SVG, "text");
      text.setAttribute("x", `${share(day)}%`);
      text.setAttribute("y", axis.dataset.axis);
      text.setAttribute("dx", "3");
      if (level === 0) { text.setAttribute("class", "recovery__year"); }
      text.textContent = word;
      return text;
    }));
  }

  function zoom(by, around) {
    const days = Math.min(Math.max(shown * by, LEAST), data.days);
    show(around - ((around - begin) / shown) * days, days);
  }

  /* ---- What lies under the cursor ---- */
  function sameDay(points, index) {
    return points.filter((other) => other[0] === points[index][0] && other[1] === points[index][1]);
  }

  function middle([first, last]) { return Math.min(Math.max((first + last + 1) / 2, begin), begin + shown); }

  function point(aloud) {
    const { title, y, height, points } = data.lanes[lane];
    const rect = stage.getBoundingClientRect();
    const left = (share(middle(points[at])) / 100) * rect.width;
    const words = sameDay(points, at).map(([, , , word]) => data.words[word]);
    [cursor, here, tip].forEach((box) => { box.hidden = false; });
    cursor.style.left = here.style.left = `${left}px`;
    here.style.top = `${y}px`;
    here.style.height = `${height}px`;
    tip.replaceChildren();
    const heading = document.createElement("b");
    heading.textContent = points[at][2];
    tip.append(heading);
    words.forEach((word) => { const line = document.createElement("span"); line.textContent = word; tip.append(line); });
    const name = document.createElement("small");
    name.textContent = title;
    tip.append(name);
    tip.style.left = `${Math.max(0, Math.min(left + 10, rect.width - tip.offsetWidth))}px`;
    tip.style.top = `${y + height + 6}px`;
    if (aloud) { said.textContent = `${title}. ${points[at][2]}: ${words.join("; ")}`; }
  }

  function hide() {
    at = -1;
    [cursor, here, tip].forEach((box) => { box.hidden = true; });
  }

  function nearest(points, day) {
    let best = 0;
    points.forEach(([first, last], index) => {
      const far = day < first ? first - day : day > last + 1 ? day - last - 1 : 0;
      const [bestFirst, bestLast] = points[best];
      const least = day < bestFirst ? bestFirst - day : day > bestLast + 1 ? day - bestLast - 1 : 0;
      if (far < least) { best = index; }
    });
    return best;
  }

  function place(event) {
    const rect = stage.getBoundingClientRect();
    return [begin + ((event.clientX - rect.left) / rect.width) * shown, event.clientY - rect.top];
  }

  function hover(event) {
    const [day, y] = place(event);
    lane = data.lanes.findIndex((one, index) => index === data.lanes.length - 1 || y < data.lanes[index + 1].y - 15);
    at = nearest(data.lanes[lane].points, day);
    const [first, last] = data.lanes[lane].points[at];
    if (Math.max(first - day, day - last - 1) > shown / 20) { hide(); } else { point(false); }
  }

  function see() {
    const [first, last] = data.lanes[lane].points[at];
    if (last < begin || first > begin + shown - 1) { show((first + last) / 2 - shown / 2, shown); }
    point(true);
  }

  function walk(by) {
    const points = data.lanes[lane].points;
    if (at === -1) { at = nearest(points, begin + shown); } else {
      let next = at + by;
      while (points[next] && points[next][0] === points[at][0] && points[next][1] === points[at][1]) { next += by; }
      if (points[next]) { at = next; }
    }
    see();
  }

  function change(by) {
    const points = data.lanes[lane].points;
    const day = at === -1 ? begin + shown : (points[at][0] + points[at][1]) / 2;
    if (at !== -1) { lane = Math.min(Math.max(lane + by, 0), data.lanes.length - 1); }
    at = nearest(data.lanes[lane].points, day);
    see();
  }

  function edge(last) {
    at = last ? data.lanes[lane].points.length - 1 : 0;
    see();
  }

  const around = () => (at === -1 ? begin + shown / 2 : middle(data.lanes[lane].points[at]));
  const MOVES = {
    earlier: () => show(begin - shown / 3, shown),
    later: () => show(begin + shown / 3, shown),
    in: () => zoom(0.6, around()),
    out: () => zoom(1 / 0.6, around()),
  };
  const KEYS = {
    ArrowLeft: () => walk(-1), ArrowRight: () => walk(1), ArrowUp: () => change(-1), ArrowDown: () => change(1),
    Home: () => edge(false), End: () => edge(true), "+": MOVES.in, "=": MOVES.in, "-": MOVES.out, "0": () => show(0, data.days), Escape: hide,
  };

  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", stage.dataset.label);
  stage.setAttribute("aria-roledescription", stage.dataset.role);
  stage.setAttribute("aria-describedby", stage.dataset.help);
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    const move = event.shiftKey && { ArrowLeft: MOVES.earlier, ArrowRight: MOVES.later }[event.key];
    const act = move || KEYS[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  stage.addEventListener("blur", hide);

  figure.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const link = event.target.closest("[data-days]");
    if (button) { MOVES[button.dataset.move](); }
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    const days = Number(link.dataset.days) ? Number(link.dataset.days) * ROOM : data.days;
    show(data.days - days, days);
    link.setAttribute("aria-current", "true");
  });

  /* ---- Mouse and fingers ---- */
  const fingers = new Map();
  let held = null;

  function grasp() {
    const xs = Array.from(fingers.values());
    const rect = stage.getBoundingClientRect();
    const day = (x) => begin + ((x - rect.left) / rect.width) * shown;
    held = { days: xs.map(day), width: rect.width, left: rect.left, begin, shown };
  }

  function drag() {
    const xs = Array.from(fingers.values());
    if (xs.length === 1) {
      show(held.days[0] - ((xs[0] - held.left) / held.width) * shown, shown);
    } else {
      const apart = Math.abs(xs[1] - xs[0]) || 1;
      const days = (Math.abs(held.days[1] - held.days[0]) / apart) * held.width;
      const width = Math.min(Math.max(days, LEAST), data.days);
      show((held.days[0] + held.days[1]) / 2 - (((xs[0] + xs[1]) / 2 - held.left) / held.width) * width, width);
    }
  }

  stage.addEventListener("pointerdown", (event) => {
    if (event.button) { return; }
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size <= 2) { grasp(); }
  });
  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) { if (event.pointerType === "mouse") { hover(event); } return; }
    const moved = Math.abs(event.clientX - fingers.get(event.pointerId));
    if (moved < 3 && fingers.size === 1) { return; }
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event.clientX);
    if (fingers.size <= 2) { hide(); drag(); }
  });
  ["pointerup", "pointercancel"].forEach((name) => stage.addEventListener(name, (event) => {
    if (name === "pointerup" && fingers.size === 1 && !stage.hasPointerCapture(event.pointerId)) { hover(event); }
    fingers.delete(event.pointerId);
    if (fingers.size) { grasp(); }
  }));
  stage.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && !fingers.size && document.activeElement !== stage) { hide(); } });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) { return; }
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, place(event)[0]);
  }, { passive: false });

  figure.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
  requestAnimationFrame(() => requestAnimationFrame(() => performance.measure("recovery-drawn", { start: begun, end: performance.now() })));
})();
