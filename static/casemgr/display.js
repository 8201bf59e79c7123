/* Before the first paint: the colors and row height this person chose on this machine. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  ["theme", "density"].forEach(function (name) {
    var chosen = null;
    try { chosen = localStorage.getItem("casemgr-" + name); } catch (refused) { /* private window: the default stays */ }
    if (chosen && chosen !== "auto") { root.setAttribute("data-" + name, chosen); }
  });
})();
