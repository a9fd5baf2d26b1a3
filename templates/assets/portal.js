// What pages add when scripts run: the choice of colours, and buttons that copy. Everything else works without.
(() => {
  "use strict";
  const root = document.documentElement;
  const key = "portal-colours";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem(key); } catch { /* storage may be closed to us; then the choice lasts for the page */ }
  // Before the page is painted, so that nothing flashes.
  if (chosen === "dark" || chosen === "light") root.dataset.colours = chosen;

  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".theme-switch");
    if (button) {
      const isDark = () => root.dataset.colours ? root.dataset.colours === "dark" : dark.matches;
      const show = () => button.setAttribute("aria-pressed", String(isDark()));
      button.hidden = false;
      show();
      dark.addEventListener("change", show);
      button.addEventListener("click", () => {
        root.dataset.colours = isDark() ? "light" : "dark";
        try { localStorage.setItem(key, root.dataset.colours); } catch { /* as above */ }
        show();
      });
    }
    if (navigator.clipboard) {
      for (const text of document.querySelectorAll(".panel pre, .text pre, .copyable")) {
        const copy = document.createElement("button");
        copy.type = "button";
        copy.className = "copy";
        copy.textContent = t("copy");
        copy.addEventListener("click", async () => {
          await navigator.clipboard.writeText(text.textContent);
          copy.textContent = t("copied");
          setTimeout(() => { copy.textContent = t("copy"); }, 1500);
        });
        if (text.matches("pre")) {
          const frame = document.createElement("div");
          frame.className = "frame";
          text.replaceWith(frame);
          frame.append(text, copy);
        } else {
          text.after(copy);
        }
      }
    }
    // The current entry of a long tree should be seen without scrolling.
    document.querySelector(".sidebar [aria-current=page]")?.scrollIntoView?.({ block: "nearest" });
    // A link to a closed response opens it.
    const open = () => {
      const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const details = target && (target.matches("details") ? target : target.querySelector(":scope ~ details, details"));
      if (details && target.matches("details, .group, .group *")) details.open = true;
    };
    addEventListener("hashchange", open);
    open();
  });
})();
