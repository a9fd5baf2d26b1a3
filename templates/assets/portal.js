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
        copies(copy, () => {
          // Of a difference, what is there afterwards is copied.
          const copied = text.cloneNode(true);
          for (const line of copied.querySelectorAll(".line.removed")) {
            line.nextSibling?.remove();
            line.remove();
          }
          return copied.textContent;
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
    // What stands in a schema with a page of its own is fetched from there when it is opened, so many deep.
    const deepest = 6;
    document.addEventListener("toggle", async ({ target }) => {
      if (!target.matches?.("details.lazy[open]:not([data-asked])")) return;
      target.dataset.asked = "";
      const link = target.querySelector("a");
      try {
        const answer = await fetch(link.href);
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const shown = page.querySelector("[data-schema]");
        if (!shown) return;
        for (const part of shown.querySelectorAll("[id]")) part.removeAttribute("id");
        for (const inner of shown.querySelectorAll("a[href]")) inner.href = new URL(inner.getAttribute("href"), link.href);
        let depth = 0;
        for (let outer = target; outer; outer = outer.parentElement.closest("details.lazy")) depth += 1;
        if (depth >= deepest) {
          for (const inner of shown.querySelectorAll("details.lazy")) inner.replaceWith(inner.querySelector("a"));
        }
        target.append(...shown.childNodes);
        link.parentElement.remove();
      } catch { /* the link is still there */ }
    }, true);
    // A tab that was chosen once is chosen wherever there is one of the same name.
    const tabs = () => document.querySelectorAll(".tab-set > input");
    const named = (input) => input.labels?.[0]?.textContent;
    const choose = (name, except) => {
      for (const input of tabs()) if (named(input) === name && input.parentElement !== except) input.checked = true;
    };
    try { choose(localStorage.getItem("portal-tab")); } catch { /* as above */ }
    document.addEventListener("change", (event) => {
      if (!event.target.matches(".tab-set > input")) return;
      const before = event.target.getBoundingClientRect().top;
      choose(named(event.target), event.target.parentElement);
      // What is read stays where it is, whatever has changed above it.
      scrollBy({ top: event.target.getBoundingClientRect().top - before, behavior: "instant" });
      try { localStorage.setItem("portal-tab", named(event.target)); } catch { /* as above */ }
    });
    menu();
    languages();
    consoles();
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

  // On a phone the navigation is behind a link to it. With a script it opens over the page, and closes by a key or a tap beside it.
  function menu() {
    const [button, sidebar] = [document.querySelector(".menu-button"), document.getElementById("sidebar")];
    if (!button || !sidebar?.showPopover) return;
    const close = sidebar.querySelector(".menu-close");
    sidebar.popover = "auto";
    button.setAttribute("aria-expanded", "false");
    sidebar.addEventListener("toggle", ({ newState }) => button.setAttribute("aria-expanded", String(newState === "open")));
    button.addEventListener("click", (event) => {
      event.preventDefault();
      sidebar.showPopover();
      close.focus();
    });
    close.addEventListener("click", (event) => {
      event.preventDefault();
      sidebar.hidePopover();
    });
  }

  // Requests are shown in the language that was chosen last, on all pages.
  function languages() {
    const key = "portal-language";
    for (const tabs of document.querySelectorAll(".tabs[data-languages]")) {
      const inputs = [...tabs.querySelectorAll(":scope > input")];
      const select = document.createElement("select");
      select.setAttribute("aria-label", t("language-of-sample"));
      for (const input of inputs) select.add(new Option(tabs.querySelector(`label[for="${input.id}"]`).textContent, input.value));
      const show = async () => {
        const at = inputs.findIndex((input) => input.value === select.value);
        inputs[at].checked = true;
        // Long samples are files beside the page.
        const panel = tabs.querySelectorAll(":scope > .panels > .panel")[at];
        const whole = panel.querySelector(".whole a");
        if (!whole) return;
        const answer = await fetch(whole.href);
        if (answer.ok) {
          panel.querySelector("code").textContent = await answer.text();
          whole.closest(".whole").remove();
        }
      };
      select.addEventListener("change", () => {
        try { localStorage.setItem(key, select.value); } catch { /* as above */ }
        show();
      });
      try { select.value = localStorage.getItem(key) ?? select.value; } catch { /* as above */ }
      if (select.selectedIndex < 0) select.selectedIndex = 0;
      tabs.classList.add("one-choice");
      tabs.querySelector("legend").after(select);
      show();
    }
  }

  // The console is fetched when it is opened, and not before.
  function consoles() {
    for (const button of document.querySelectorAll("[data-console]")) {
      const open = async () => {
        const { console: base, stamp } = button.dataset;
        button.setAttribute("aria-busy", "true");
        try {
          const { open } = await import(asset("console.js"));
          await open(button, new URL(base, location.href), stamp);
        } catch (error) {
          button.title = `${t("console-failed")} ${error.message}`;
          button.textContent = t("try-again");
          throw error;
        } finally {
          button.removeAttribute("aria-busy");
        }
      };
      button.hidden = false;
      button.addEventListener("click", open);
      if (location.hash.startsWith("#console")) open();
    }
  }
})();
