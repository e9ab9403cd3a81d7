// Keys of the triage pages. Without this file everything still works with links and buttons.
"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const rows = [...document.querySelectorAll("[data-row]")];
  const help = one("#help");
  let at = -1;

  const go = (step) => {
    if (!rows.length) return;
    at = Math.min(rows.length - 1, Math.max(0, at + step));
    rows[at].focus();
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const press = (value) => {
    const button = one(`[data-decide] button[value="${value}"]`);
    if (button) button.click();
  };
  const follow = (selector) => {
    const link = one(selector);
    if (link) link.click();
  };
  const actions = {
    j: () => (rows.length ? go(1) : follow("[data-next]")),
    k: () => (rows.length ? go(-1) : history.back()),
    c: () => press("confirm"),
    d: () => { const why = one("[data-why]"); if (why) why.focus(); },
    n: () => { const note = one("[data-note]"); if (note) note.focus(); },
    u: () => follow("[data-back]"),
    "/": () => { const search = one("[data-search]"); if (search) search.focus(); else location.href = "/"; },
    "?": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const target = event.target;
    if (target.matches("[data-why]") && event.key === "Enter") { event.preventDefault(); press("dismiss"); return; }
    if (event.key === "Escape" && target.matches("input, textarea, select")) { target.blur(); return; }
    if (target.matches("input, textarea, select")) return;
    const act = actions[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  rows.forEach((row, number) => row.addEventListener("focus", () => { at = number; }));
  const button = one("[data-help]");
  if (button) button.addEventListener("click", () => help.showModal());
})();
