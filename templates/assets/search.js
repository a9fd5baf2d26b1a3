// Search: a dialog over the index that the build wrote (portal-gen/src/search.rs), loaded when it is opened for the first time.
// A word of the query finds terms that begin with it, and, where there are none, terms that it misses by a slip.

const GROUPS = ["operation", "schema", "api", "guide", "product", "page"];
const TITLES = { operation: t("operations"), schema: t("schemas"), api: t("apis"), guide: t("guides"), product: t("products"), page: t("pages") };
const RESULTS_MAX = 40;
const TERMS_MAX = 60;
const WAIT_MS = 80;

/** Opens the dialog. `link` leads to the page of everything; the index is beside it. */
export function open(link, query = "") {
  dialog ??= create(new URL(link.href));
  dialog.show(query);
}

let dialog;

function create(place) {
  const base = new URL(".", place);
  const root = new URL("..", base);
  const box = document.createElement("dialog");
  box.className = "search";
  box.setAttribute("aria-label", t("search"));
  const input = Object.assign(document.createElement("input"), { type: "search", autocomplete: "off", spellcheck: false, enterKeyHint: "go" });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "search-results", "aria-autocomplete": "list", "aria-label": t("search-for"), placeholder: t("search-for"), maxlength: "200" })) input.setAttribute(name, value);
  const close = Object.assign(document.createElement("button"), { type: "button", className: "search-close", textContent: t("close") });
  const list = Object.assign(document.createElement("div"), { id: "search-results", className: "search-results" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("search-results"));
  const status = Object.assign(document.createElement("p"), { className: "search-status" });
  status.setAttribute("role", "status");
  const head = Object.assign(document.createElement("div"), { className: "search-head" });
  head.append(input, close);
  box.append(head, status, list);
  document.body.append(box);

  const index = reader(base);
  let options = [];
  let current = -1;
  let turn = 0;
  let timer;

  const choose = (next) => {
    options[current]?.setAttribute("aria-selected", "false");
    current = options.length ? (next + options.length) % options.length : -1;
    const option = options[current];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const look = async () => {
    const mine = ++turn;
    const query = input.value;
    if (!query.trim()) return show([], query, "");
    let found;
    try {
      found = await index.find(query);
    } catch {
      if (mine === turn) show([], query, t("search-failed"));
      return;
    }
    if (mine !== turn) return;
    const count = found.results.length;
    show(found.results, query, count ? counted(t("search-count"), found.total) : fill(t("search-nothing"), { query: query.trim() }));
  };

  const show = (results, query, said) => {
    const words = cut(query);
    list.replaceChildren();
    options = [];
    for (const kind of GROUPS) {
      const inside = results.filter((result) => (GROUPS.includes(result.kind) ? result.kind : "page") === kind);
      if (!inside.length) continue;
      const group = document.createElement("div");
      const title = Object.assign(document.createElement("p"), { id: `search-group-${kind}`, className: "search-group", textContent: TITLES[kind] });
      // Its words are the name of the group.
      title.setAttribute("role", "presentation");
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", title.id);
      group.append(title);
      for (const result of inside) {
        // Links, so that a click with any key does what it does elsewhere.
        const option = Object.assign(document.createElement("a"), { id: `search-${options.length}`, className: "search-option", href: new URL(result.path, root), tabIndex: -1 });
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const line = Object.assign(document.createElement("span"), { className: "search-title" });
        if (result.method) line.append(Object.assign(document.createElement("span"), { className: `method ${result.method.toLowerCase()}`, textContent: result.method }), " ");
        line.append(...marked(result.title, words));
        option.append(line);
        const more = [result.context, result.summary].filter((text) => text && text !== result.title).join(" – ");
        if (more) {
          const detail = Object.assign(document.createElement("span"), { className: "search-detail" });
          detail.append(...marked(more, words));
          option.append(detail);
        }
        const at = options.length;
        option.addEventListener("pointermove", () => current !== at && choose(at));
        group.append(option);
        options.push(option);
      }
      list.append(group);
    }
    status.textContent = said;
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(options.length > 0));
    choose(options.length ? 0 : -1);
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      // A search field would only empty itself.
      event.preventDefault();
      return box.close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      const last = options.length - 1;
      choose(Math.abs(step) > 1 ? Math.max(0, Math.min(last, current + step)) : current + step);
    } else if (event.key === "Enter" && options[current]) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(options[current].href, "_blank", "noopener");
      else options[current].click();
    }
  });
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
    // A result on this page only moves; the dialog must not stay over it.
    if (event.target.closest?.(".search-option") && !event.ctrlKey && !event.metaKey) box.close();
  });
  list.hidden = true;
  return {
    show(query) {
      if (!box.open) box.showModal();
      if (query) input.value = query;
      input.focus();
      input.select();
      if (input.value) look();
      else index.warm();
    },
  };
}

// The index, of which every file is fetched once.
function reader(base) {
  const files = new Map();
  const get = (name, read) => {
    if (!files.has(name)) {
      const file = fetch(new URL(name, base), name === "index.json" ? { cache: "no-cache" } : {}).then((answer) => {
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
        return read(answer);
      });
      file.catch(() => files.delete(name));
      files.set(name, file);
    }
    return files.get(name);
  };
  const about = () => get("index.json", (answer) => answer.json());
  const shard = (name) => get(name, async (answer) => (await answer.text()).split("\n").filter(Boolean).map((line) => line.split("\t")));

  // Every term that begins with this, from the shards that can hold it.
  const beginning = async (prefix) => {
    const { shards } = await about();
    const end = prefix + "\uffff";
    const wanted = shards.filter(([first], at) => first <= end && (at + 1 === shards.length || shards[at + 1][0] >= prefix));
    const found = await Promise.all(wanted.map(([, name]) => shard(name)));
    return found.flat().filter(([term]) => term.startsWith(prefix));
  };

  // What a word of the query can mean: terms, how well each fits, and where they are.
  const meanings = async (word, isLast) => {
    const near = await beginning(word);
    const fits = near
      .map(([term, list]) => ({ term, list, fit: term === word ? 1 : (isLast ? 0.75 : 0.5) * (word.length / term.length) ** 0.5 }))
      .sort((one, other) => other.fit - one.fit)
      .slice(0, TERMS_MAX);
    const slips = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
    if (fits.length || !slips) return fits;
    // The first letters are seldom wrong; where they are, the first alone may be right.
    for (const start of [word.slice(0, 2), word[0]]) {
      const others = (await beginning(start))
        .map(([term, list]) => ({ term, list, distance: Math.min(apart(word, term, slips), apart(word, term.slice(0, word.length), slips) + 0.5) }))
        .filter(({ distance }) => distance <= slips + 0.5)
        .sort((one, other) => one.distance - other.distance || one.term.length - other.term.length)
        .slice(0, 12);
      if (others.length) return others.map(({ term, list, distance }) => ({ term, list, fit: 0.5 / (1 + distance) }));
    }
    return [];
  };

  const find = async (query) => {
    const words = cut(query);
    const { documents, chunkSize, chunks } = await about();
    if (!words.length) return { results: [], total: 0 };
    const typing = !/\s$/.test(query);
    const parts = await Promise.all(words.map((word, at) => meanings(word, typing && at === words.length - 1)));
    const scores = new Map();
    for (const terms of parts) {
      const best = new Map();
      for (const { list, fit } of terms) {
        const places = [...list.matchAll(/([0-9a-z]+)([A-Z])/g)];
        const rare = Math.log(1 + documents / (places.length + 1));
        let number = 0;
        for (const [, step, weight] of places) {
          number += parseInt(step, 36);
          // The weight is a logarithm.
          const score = fit * rare * (2 ** ((weight.charCodeAt(0) - 65) / 5) - 0.5);
          if (score > (best.get(number) ?? 0)) best.set(number, score);
        }
      }
      for (const [number, score] of best) {
        const known = scores.get(number) ?? { score: 0, words: 0 };
        scores.set(number, { score: known.score + score, words: known.words + 1 });
      }
    }
    // Pages with every word come before those that lack one.
    const most = Math.max(0, ...[...scores.values()].map(({ words }) => words));
    const sorted = [...scores].filter(([, { words }]) => words === most).sort(([one, a], [other, b]) => b.score - a.score || one - other);
    const wanted = sorted.slice(0, RESULTS_MAX * 2);
    const rows = new Map();
    await Promise.all(
      [...new Set(wanted.map(([number]) => Math.floor(number / chunkSize)))].map(async (chunk) => rows.set(chunk, await get(chunks[chunk], (answer) => answer.json()))),
    );
    const whole = fold(query).trim();
    const results = wanted.map(([number, { score }]) => {
      const [title, path, kind, method, context, summary] = rows.get(Math.floor(number / chunkSize))[number % chunkSize];
      // Who types a name wants that page.
      return { title, path, kind, method, context, summary, score: fold(title) === whole ? score * 3 + 100 : score };
    });
    results.sort((one, other) => other.score - one.score);
    return { results: results.slice(0, RESULTS_MAX), total: sorted.length };
  };
  return { find, warm: () => about().catch(() => {}) };
}

// Lower case without accents, as the build folds terms.
function fold(text) {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase();
}

const DENSE = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u{20000}-\u{3ffff}]+/u;

// A query as terms: words, and pairs of characters where a script has no spaces.
function cut(query) {
  const words = [];
  for (const word of fold(query).match(/[\p{Alphabetic}\p{N}]+/gu) ?? []) {
    for (const run of word.split(new RegExp(`(${DENSE.source})`, "u")).filter(Boolean)) {
      const characters = [...run];
      if (!DENSE.test(run)) words.push(characters.slice(0, 32).join(""));
      else if (characters.length === 1) words.push(run);
      else for (let at = 0; at + 1 < characters.length; at++) words.push(characters[at] + characters[at + 1]);
    }
  }
  return [...new Set(words)].slice(0, 12);
}

// How many slips lie between two words: a letter too many, too few, another, or two in the wrong order. More than `most` is Infinity.
function apart(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return Infinity;
  let [before, last] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[other.length] <= most ? last[other.length] : Infinity;
}

// A text with what was looked for in <mark>.
function marked(text, words) {
  const pieces = [];
  let rest = 0;
  for (const { index, 0: word } of text.matchAll(/[\p{Alphabetic}\p{N}]+/gu)) {
    const folded = fold(word);
    if (!words.some((one) => folded.startsWith(one) || (DENSE.test(one) && folded.includes(one)))) continue;
    pieces.push(text.slice(rest, index), Object.assign(document.createElement("mark"), { textContent: word }));
    rest = index + word.length;
  }
  return [...pieces, text.slice(rest)];
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// A text with a number, in the plural form of the page's language.
function counted(forms, count) {
  const language = document.documentElement.lang || "en";
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
  return fill(form, { count: new Intl.NumberFormat(language).format(count) });
}
