/* The note on a group by keyboard, and the way to a name that was found. The page works without it. */
(function () {
  "use strict";
  const typing = (target) => target.matches("textarea, input:not([type=checkbox]):not([type=radio])");

  function open(member) {
    const fold = member.querySelector("details");
    fold.open = true;
    fold.querySelector("textarea").focus();
  }

  function choose(member, key) {
    const choice = member.querySelectorAll(".member__state input")[Number(key) - 1];
    if (choice) { choice.checked = true; choice.focus(); choice.dispatchEvent(new Event("input", { bubbles: true })); }
    return Boolean(choice);
  }

  document.addEventListener("keydown", (event) => {
    const member = event.target.closest && event.target.closest("[data-member]");
    if (!member || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (event.key === "o") { open(member); event.preventDefault(); }
    if (/^[1-4]$/.test(event.key) && choose(member, event.key)) { event.preventDefault(); }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-select]");
    const field = button && document.getElementById(button.dataset.in);
    if (!field) { return; }
    const places = button.dataset.select.split(",").map(Number);
    field.focus();
    field.setSelectionRange(places[0], places[1]);
  });
})();
