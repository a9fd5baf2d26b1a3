// What pages add when scripts run: the choice of colours, search, and buttons that copy. Everything else works without.
(() => {
  "use strict";
  const root = document.documentElement;
  const key = "portal-colours";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem(key); } catch { /* storage may be closed to us; then the choice lasts for the page */ }
  // Before the page is painted, so that nothing flashes.
  if (chosen === "dark" || chosen === "light") root.dataset.colours = chosen;

  const copies = (button, text) => button.addEventListener("click", async () => {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(await text());
      button.textContent = t("copied");
    } catch {
      button.textContent = t("copy-failed");
    }
    setTimeout(() => { button.textContent = words; }, 1500);
  });

  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".theme-switch");
    if (button) {
      const isDark = () => root.dataset.colours ? root.dataset.colours === "dark" : dark.matches;
      const show = () => button.setAttribute("aria-pressed", String(isDark()));
      button.hidden = false;
      show();
      dark.addEventListener("change", show);
      // Another page of the site may be open, too.
      addEventListener("storage", (event) => {
        if (event.key !== key) return;
        if (event.newValue) root.dataset.colours = event.newValue;
        else delete root.dataset.colours;
        show();
      });
      button.addEventListener("click", () => {
        root.dataset.colours = isDark() ? "light" : "dark";
        try { localStorage.setItem(key, root.dataset.colours); } catch { /* as above */ }
        show();
      });
    }

    // Search is a link to a page of everything, and a dialog where scripts run; what the dialog needs comes when it opens.
    const link = document.querySelector(".search-link");
    if (link) {
      let styled;
      const search = async (query) => {
        styled ??= new Promise((done) => {
          const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(link.dataset.style, location.href) });
          style.onload = style.onerror = done;
          document.head.append(style);
        });
        const [{ open }] = await Promise.all([import(asset("search.js")), styled]);
        open(link, query);
      };
      const tried = (query) => search(query).catch(() => { location.href = link.href; });
      link.setAttribute("aria-keyshortcuts", "/ Control+K Meta+K");
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        tried();
      });
      addEventListener("keydown", (event) => {
        const types = event.target.closest?.("input, textarea, select, [contenteditable]");
        const isSlash = event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey;
        const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
        if (!isSlash && !isK || document.querySelector("dialog[open]:not(.search)")) return;
        event.preventDefault();
        tried();
      });
      // The page of everything answers a question in its address: search/?q=books.
      const asked = document.body.classList.contains("search-page") && new URLSearchParams(location.search).get("q");
      if (asked) tried(asked);
    }

    if (navigator.clipboard) {
      for (const button of document.querySelectorAll(".copy-page")) {
        button.hidden = false;
        copies(button, async () => {
          const answer = await fetch(button.dataset.from);
          if (!answer.ok) throw new Error(answer.statusText);
          return answer.text();
        });
      }
      for (const text of document.querySelectorAll(".panel pre, .text pre, .copyable")) {
        const copy = document.createElement("button");
        copy.type = "button";
        copy.className = "copy";
        copy.textContent = t("copy");
        copies(copy, () => text.textContent);
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
    // Another language's page at the place that is read.
    for (const other of document.querySelectorAll(".languages a")) {
      other.addEventListener("click", () => { other.hash = location.hash; });
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
