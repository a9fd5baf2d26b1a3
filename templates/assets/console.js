// The console of an operation: what a reader fills in becomes a request, is shown in every language, and sent.
//
// Its texts are literals that the build puts in. Requests, samples, checks and hints are made by the module (`gateway-wasm/console`), the same code that made the page. Here is
// what draws and sends. Secrets stay in this tab: `sessionStorage`, and the request itself.

const SECRETS = "portal-console-secrets";
const HISTORY = "portal-console-history";
const LANGUAGE = "portal-language";
const HISTORY_MAX = 30;
const SHOWN_CHARACTERS_MAX = 300_000;
/** What the module says, in the language of the page, by its English. */
const SENTENCES = sentences("console");

let loading = null;
let opened = null;

/** Opens the console of the page. `base` is the address of the assets without their ends, `stamp` changes with them. */
export async function open(button, base, stamp) {
  loading ??= load(base, stamp);
  const [core, description] = await loading.catch((error) => {
    loading = null;
    throw error;
  });
  opened ??= new ConsoleView(core, description);
  opened.show(button);
}

async function load(base, stamp) {
  const style = el("link", { rel: "stylesheet", href: `${base}.css?v=${stamp}` });
  const styled = new Promise((resolve) => {
    style.onload = style.onerror = resolve;
  });
  document.head.append(style);
  const core = await import(`${base}-module.js?v=${stamp}`);
  const [description] = await Promise.all([
    fetch(`console.json?v=${stamp}`, { cache: "no-cache" }).then((answer) => {
      if (!answer.ok) throw new Error(fill(t("console-no-description"), { status: answer.status }));
      return answer.text();
    }),
    core.default({ module_or_path: new URL(`${base}_bg.wasm?v=${stamp}`) }),
    styled,
  ]);
  return [core, description];
}

/** An element with properties and children; names with a dash, `role`, `for` and the like are attributes. */
function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || ["role", "for", "list"].includes(name)) element.setAttribute(name, value === true ? "" : value);
    else if (name === "class") element.className = value;
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

let lastId = 0;
const newId = () => `console-${++lastId}`;

const remembered = {
  read(key) {
    try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; }
  },
  write(key, value) {
    try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* storage may be closed to us; then it lasts for the page */ }
  },
};

class ConsoleView {
  constructor(core, text) {
    this.core = core;
    this.operation = JSON.parse(text);
    this.console = new core.Console(text);
    this.secrets = remembered.read(SECRETS);
    this.files = new Map();
    this.parameters = [];
    this.headers = [];
    this.isProxied = Boolean(this.operation.proxy);
    this.draw();
    this.restoreFromAddress();
    this.update();
  }

  show(button) {
    this.button = button;
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.showHistory();
  }

  // ---- Drawing -------------------------------------------------------------------------------------------------------------

  draw() {
    const operation = this.operation;
    const title = newId();
    this.form = el("form", { class: "console-form", autocomplete: "off", onsubmit: (event) => { event.preventDefault(); this.send(); } });
    this.form.noValidate = true;
    this.form.append(...[this.drawServer(), this.drawAuthorization(), ...this.drawParameters(), this.drawHeaders(), this.drawBody(), this.drawTrace()].filter(Boolean));
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.hints = el("ul", { class: "console-hints", "aria-label": t("console-before-sending") });
    this.sendButton = el("button", { type: "button", class: "console-send", onclick: () => this.send() }, t("send"));
    this.cancelButton = el("button", { type: "button", class: "console-quiet", hidden: true, onclick: () => this.sending?.abort() }, t("cancel"));
    this.response = el("section", { class: "console-response", "aria-label": t("response"), tabIndex: -1 });
    this.status = el("p", { class: "console-status", role: "status" });
    this.history = el("section", { class: "console-history", "aria-label": t("console-history-of-session") });
    this.dialog = el("dialog", { class: "console", "aria-labelledby": title, onclose: () => { this.sending?.abort(); this.button?.focus(); } },
      el("div", { class: "console-head" },
        el("h2", { id: title }, el("span", { class: `method ${operation.method.toLowerCase()}` }, operation.method), " ", operation.title),
        el("button", { type: "button", class: "console-quiet", onclick: () => this.dialog.close() }, t("close"))),
      el("div", { class: "console-columns" },
        this.form,
        el("div", { class: "console-right" },
          this.drawPreview(), el("div", { role: "status" }, this.hints),
          el("p", { class: "console-actions" }, this.sendButton, this.cancelButton),
          this.status, this.response, this.history)));
    document.body.append(this.dialog);
  }

  drawServer() {
    const { servers, apis = [] } = this.operation;
    const OTHER = "other";
    const id = newId();
    this.otherServer = el("input", { type: "url", "aria-label": t("console-another-address"), placeholder: "https://api.example.com/path", hidden: true });
    this.server = el("select", { id, onchange: () => { this.otherServer.hidden = this.server.value !== OTHER; } });
    for (const server of servers) this.server.add(new Option(server.title ? `${server.title} – ${server.url}` : server.url, server.url));
    this.server.add(new Option(`${t("console-another-address")}…`, OTHER));
    const rows = [field(t("console-server"), this.server, this.otherServer)];
    if (apis.length > 1) {
      const select = el("select", { id: newId(), onchange: () => { if (select.value) location.href = `${select.value}#console`; } });
      for (const api of apis) select.add(new Option(api.title, api.href, !api.href, !api.href));
      // Changing it leads to another page, and is no part of the request.
      select.addEventListener("input", (event) => event.stopPropagation());
      rows.unshift(field(t("console-api"), select));
    }
    if (this.operation.proxy) {
      const box = el("input", { type: "checkbox", checked: true, onchange: () => { this.isProxied = box.checked; } });
      rows.push(el("label", { class: "console-check" }, box, ` ${t("console-by-proxy")}`));
    }
    return group(t("console-server"), ...rows);
  }

  serverAddress() {
    return this.server.value === "other" ? this.otherServer.value.trim() : this.server.value;
  }

  drawAuthorization() {
    const { key, schemes = [] } = this.operation;
    const rows = [];
    if (key) {
      this.key = secret(this.secrets.key?.[key.header] ?? "", (value) => this.remember("key", key.header, value));
      this.keyPlace = el("select", { "aria-label": t("console-key-place") }, new Option(fill(t("console-in-header"), { name: key.header }), "header"), new Option(fill(t("console-in-query"), { name: key.query }), "query"));
      rows.push(field(key.optional ? t("console-key-optional") : t("console-key"), ...this.key.parts, this.keyPlace));
    }
    // One scheme of the definition at a time; bearer and basic always, because a gateway's policies may ask for them.
    this.schemes = new Map([["none", { label: schemes.length || key ? t("console-nothing-else") : t("console-no-scheme") }]]);
    for (const scheme of schemes) this.addScheme(scheme);
    if (!schemes.some(({ kind }) => kind === "bearer")) this.addScheme({ name: "", label: t("console-bearer"), kind: "bearer" });
    if (!schemes.some(({ kind }) => kind === "basic")) this.addScheme({ name: "", label: t("console-basic"), kind: "basic" });
    const select = el("select", { id: newId() });
    for (const [value, { label }] of this.schemes) select.add(new Option(label, value));
    if (schemes.length) select.selectedIndex = 1;
    this.scheme = select;
    const show = () => {
      for (const [value, { parts }] of this.schemes) for (const part of parts ?? []) part.hidden = value !== select.value;
    };
    select.addEventListener("change", show);
    rows.push(field(t("authorization"), select));
    for (const { parts } of this.schemes.values()) rows.push(...(parts ?? []));
    show();
    return group(t("authorization"), ...rows);
  }

  addScheme(scheme) {
    const id = `${scheme.kind}:${scheme.name}`;
    const known = (part) => this.secrets[scheme.kind]?.[`${scheme.name}/${part}`] ?? "";
    const remember = (part) => (value) => this.remember(scheme.kind, `${scheme.name}/${part}`, value);
    const entry = { label: scheme.label ?? scheme.name };
    if (scheme.kind === "bearer") {
      const token = secret(known("token"), remember("token"));
      Object.assign(entry, { parts: [field(t("console-token"), ...token.parts)], credential: () => token.value() && { kind: "bearer", value: token.value() } });
    } else if (scheme.kind === "basic") {
      const user = el("input", { value: known("user"), autocomplete: "off", spellcheck: false, oninput: () => remember("user")(user.value) });
      const password = secret(known("password"), remember("password"));
      Object.assign(entry, { parts: [field(t("name"), user), field(t("console-password"), ...password.parts)], credential: () => (user.value || password.value()) && { kind: "basic", user: user.value, password: password.value() } });
    } else if (scheme.kind === "apiKey") {
      const value = secret(known("key"), remember("key"));
      const place = { header: t("console-in-header"), query: t("console-in-query"), cookie: t("console-in-cookie") }[scheme.in] ?? scheme.in;
      Object.assign(entry, { label: `${scheme.name} (${fill(place, { name: scheme.parameter })})`, parts: [field(scheme.parameter, ...value.parts)], credential: () => value.value() && { kind: "key", in: scheme.in, name: scheme.parameter, value: value.value() } });
    } else {
      Object.assign(entry, this.drawOauth(scheme, known, remember));
    }
    this.schemes.set(id, entry);
  }

  drawOauth(scheme, known, remember) {
    const flows = scheme.flows ?? {};
    const grants = scheme.kind === "openIdConnect" ? ["authorizationCode", "clientCredentials"] : ["authorizationCode", "clientCredentials"].filter((grant) => flows[grant]);
    const names = { authorizationCode: t("console-authorization-code"), clientCredentials: t("console-client-credentials") };
    const grant = el("select", {}, ...grants.map((name) => new Option(names[name], name)));
    const client = el("input", { value: known("client"), autocomplete: "off", spellcheck: false, oninput: () => remember("client")(client.value) });
    const clientSecret = secret(known("secret"), remember("secret"));
    const token = secret(this.freshToken(scheme)?.token ?? "", () => {});
    const said = el("p", { class: "console-said", role: "status" });
    const scopes = el("div", { class: "console-scopes", role: "group", "aria-label": t("scopes") });
    const drawScopes = () => {
      const offered = Object.entries(flows[grant.value]?.scopes ?? {});
      const all = offered.length ? offered : scheme.scopes?.map((name) => [name, ""]) ?? [];
      scopes.replaceChildren(...all.map(([name, words]) => el("label", { class: "console-check" },
        el("input", { type: "checkbox", value: name, checked: !scheme.scopes?.length || scheme.scopes.includes(name) }), " ", el("code", {}, name), words ? ` ${words}` : "")));
    };
    grant.addEventListener("change", drawScopes);
    drawScopes();
    const get = el("button", {
      type: "button", class: "console-quiet", onclick: async () => {
        get.disabled = true;
        said.textContent = t("console-provider-waits");
        try {
          const chosen = [...scopes.querySelectorAll("input:checked")].map((box) => box.value).join(" ");
          const flow = await this.flowOf(scheme, grant.value);
          const answer = await (grant.value === "authorizationCode" ? authorizationCode : clientCredentials)(flow, client.value.trim(), clientSecret.value(), chosen);
          token.set(answer.access_token);
          const seconds = Number(answer.expires_in) || 0;
          this.remember("tokens", scheme.name, { token: answer.access_token, until: seconds ? Date.now() + seconds * 1000 : 0 });
          said.textContent = seconds ? counted(t("console-token-for"), { count: seconds }) : t("console-token-there");
        } catch (error) {
          said.textContent = error.message;
        } finally {
          get.disabled = false;
          this.update();
        }
      },
    }, t("console-get-token"));
    const parts = [
      grants.length && field(t("console-flow"), grant),
      grants.length && field(t("console-client-id"), client),
      grants.length && field(t("console-client-secret"), ...clientSecret.parts),
      grants.length && scopes,
      grants.length && el("p", { class: "console-row" }, get, " ", el("small", {}, `${t("console-redirect-address")} `, el("code", {}, callbackAddress()))),
      said,
      field(t("console-access-token"), ...token.parts),
    ].filter(Boolean);
    if (!grants.length) said.textContent = t("console-no-flow");
    return { parts, credential: () => token.value() && { kind: "bearer", value: token.value() } };
  }

  /** A token of this session that has not ended. */
  freshToken(scheme) {
    const known = this.secrets.tokens?.[scheme.name];
    return known && (!known.until || known.until > Date.now()) ? known : null;
  }

  async flowOf(scheme, grant) {
    if (scheme.kind !== "openIdConnect") return scheme.flows[grant];
    const found = await fetchJson(scheme.url, {}, t("console-provider-configuration"));
    return { authorizationUrl: found.authorization_endpoint, tokenUrl: found.token_endpoint };
  }

  remember(kind, name, value) {
    (this.secrets[kind] ??= {})[name] = value;
    remembered.write(SECRETS, this.secrets);
  }

  drawParameters() {
    const titles = { path: t("console-path-parameters"), query: t("console-query-parameters"), cookie: t("console-cookies") };
    return Object.entries(titles).map(([place, title]) => {
      const rows = el("div", { class: "console-rows" });
      for (const parameter of (this.operation.parameters ?? []).filter((parameter) => parameter.in === place)) rows.append(this.parameterRow(parameter));
      if (place === "query") {
        const add = el("button", { type: "button", class: "console-quiet", onclick: () => { const row = this.addedRow(place); rows.append(row); row.querySelector("input").focus(); } }, t("console-add-parameter"));
        this.addQuery = (name, value) => rows.append(this.addedRow(place, name, value));
        return group(title, rows, add);
      }
      return rows.childElementCount ? group(title, rows) : null;
    });
  }

  /** A row for a parameter that the definition knows. What is empty is not sent. */
  parameterRow(parameter) {
    const schema = this.resolved(parameter.schema);
    const type = Array.isArray(schema.type) ? schema.type.find((type) => type !== "null") : schema.type;
    const items = type === "array" ? this.resolved(schema.items) : {};
    const value = parameter.required ? parameter.example ?? "" : "";
    let input;
    let read;
    let write;
    if (Array.isArray(items.enum)) {
      const boxes = items.enum.map((choice) => el("input", { type: "checkbox", value: String(choice) }));
      input = el("div", { role: "group", class: "console-choices" }, ...boxes.map((box) => el("label", { class: "console-check" }, box, ` ${box.value}`)));
      read = () => boxes.filter((box) => box.checked).map((box) => box.value).join("\n");
      write = (text) => boxes.forEach((box) => { box.checked = text.split("\n").includes(box.value); });
    } else if (Array.isArray(schema.enum) || type === "boolean") {
      input = el("select", {});
      const choices = schema.enum ?? [true, false];
      if (!parameter.required || !choices.length) input.add(new Option(t("console-left-out"), ""));
      for (const choice of choices.filter((choice) => choice !== null)) input.add(new Option(String(choice), String(choice)));
    } else if (type === "array" || type === "object" || parameter.mediaType) {
      const how = parameter.mediaType ? parameter.mediaType : type === "array" ? t("console-one-in-line") : t("console-pair-in-line");
      input = el("textarea", { rows: 2, placeholder: how, spellcheck: false });
    } else {
      input = el("input", { type: "text", placeholder: parameter.example ?? "", spellcheck: false, inputMode: type === "integer" ? "numeric" : undefined });
    }
    read ??= () => input.value;
    write ??= (text) => { input.value = text; };
    write(value);
    const wrong = el("p", { class: "console-wrong", id: newId() });
    input.setAttribute("aria-describedby", wrong.id);
    if (parameter.required) input.setAttribute(input.matches("div") ? "data-required" : "aria-required", "true");
    const row = field(label(parameter.name, parameter.required), input, parameter.description && el("small", { class: "console-about" }, parameter.description), wrong);
    this.parameters.push({ place: parameter.in, name: () => parameter.name, read, write, input, wrong, required: parameter.required, row });
    return row;
  }

  /** A row for a parameter or header that the reader adds. */
  addedRow(place, name = "", value = "") {
    const words = place === "header"
      ? { name: t("console-header-name"), value: t("console-header-value"), remove: t("console-header-remove") }
      : { name: t("console-parameter-name"), value: t("console-parameter-value"), remove: t("console-parameter-remove") };
    const nameInput = el("input", { value: name, placeholder: t("console-name"), spellcheck: false, "aria-label": words.name });
    const valueInput = el("input", { value, placeholder: t("console-value"), spellcheck: false, "aria-label": words.value });
    const entry = { place, name: () => nameInput.value.trim(), read: () => valueInput.value, write: (text) => { valueInput.value = text; }, input: valueInput, added: true };
    const list = place === "header" ? this.headers : this.parameters;
    list.push(entry);
    const row = el("div", { class: "console-added" }, nameInput, valueInput,
      el("button", { type: "button", class: "console-quiet", "aria-label": words.remove, onclick: () => { list.splice(list.indexOf(entry), 1); row.remove(); this.update(); } }, t("console-remove")));
    entry.row = row;
    return row;
  }

  drawHeaders() {
    const rows = el("div", { class: "console-rows" });
    for (const parameter of (this.operation.parameters ?? []).filter((parameter) => parameter.in === "header")) rows.append(this.parameterRow(parameter));
    this.addHeader = (name, value) => rows.append(this.addedRow("header", name, value));
    const add = el("button", { type: "button", class: "console-quiet", onclick: () => { const row = this.addedRow("header"); rows.append(row); row.querySelector("input").focus(); } }, t("console-add-header"));
    return group(t("console-headers"), rows, add);
  }

  drawBody() {
    const contents = this.operation.body?.contents ?? [];
    const isBodiless = ["GET", "HEAD"].includes(this.operation.method);
    const types = contents.map(({ mediaType }) => mediaType);
    if (!isBodiless || contents.length) for (const usual of ["application/json", "text/plain"]) if (!contents.length && !types.includes(usual)) types.push(usual);
    if (isBodiless && !contents.length) types.push("application/json");
    const select = el("select", { id: newId() });
    select.add(new Option(t("console-without-body"), ""));
    for (const type of types) select.add(new Option(type, type));
    select.value = contents[0]?.mediaType ?? "";
    this.mediaType = select;
    this.bodyHome = el("div", { class: "console-body" });
    this.bodyParts = new Map();
    select.addEventListener("change", () => this.showBody());
    const section = group(t("body"), field(label(t("console-content-type"), this.operation.body?.required), select), this.bodyHome);
    this.showBody();
    return section;
  }

  showBody() {
    const type = this.mediaType.value;
    if (!type) {
      this.body = null;
      this.bodyHome.replaceChildren();
      return;
    }
    if (!this.bodyParts.has(type)) {
      const content = this.operation.body?.contents.find(({ mediaType }) => mediaType === type) ?? { mediaType: type };
      this.bodyParts.set(type, content.fields?.length || type.startsWith("multipart/") ? this.formBody(content) : this.textBody(content));
    }
    this.body = this.bodyParts.get(type);
    this.bodyHome.replaceChildren(...this.body.parts);
  }

  textBody(content) {
    const samples = content.samples ?? [];
    const editor = el("textarea", { rows: 12, class: "console-editor", spellcheck: false, "aria-label": t("body"), value: samples[0]?.text === "(binary)" ? "" : samples[0]?.text ?? "" });
    const findings = el("ul", { class: "console-findings", id: newId(), "aria-label": t("console-misfits") });
    editor.setAttribute("aria-describedby", findings.id);
    const file = el("input", { type: "file", id: newId() });
    const tools = [];
    if (samples.length) {
      const select = el("select", { "aria-label": t("console-sample") }, ...samples.map(({ title }, at) => new Option(title, at)));
      const fill = () => { editor.value = samples[select.value].text; this.update(); };
      select.addEventListener("change", fill);
      tools.push(select, el("button", { type: "button", class: "console-quiet", onclick: fill }, t("console-revert")));
    }
    if (/json|xml/.test(content.mediaType)) {
      tools.push(el("button", { type: "button", class: "console-quiet", onclick: () => { editor.value = this.core.formatted(content.mediaType, editor.value) ?? editor.value; this.update(); } }, t("console-format")));
    }
    return {
      parts: [el("div", { class: "console-tools" }, ...tools), editor, el("div", { role: "status" }, findings), field(t("console-or-file"), file)],
      filled: () => (file.files[0] ? { file: file.files[0].name } : { text: editor.value }),
      payload: () => file.files[0] ?? editor.value,
      restore: (body) => { editor.value = body.text ?? ""; },
      check: () => {
        const found = file.files[0] ? [] : JSON.parse(this.console.check(content.mediaType, editor.value));
        editor.setAttribute("aria-invalid", String(found.some(({ isWarning }) => !isWarning)));
        findings.replaceChildren(...found.slice(0, 12).map((finding) => el("li", { class: finding.isWarning ? "warning" : "error" },
          el("button", {
            type: "button", class: "console-link", onclick: () => { editor.focus(); editor.setSelectionRange(finding.start, finding.end); },
          }, fill(t("console-line"), finding)), finding.pointer && el("code", {}, finding.pointer), ` ${spoken(finding.message)}`)));
      },
    };
  }

  formBody(content) {
    const isMultipart = content.mediaType.startsWith("multipart/");
    const rows = el("div", { class: "console-rows" });
    const entries = [];
    const addField = (description) => {
      const name = description.name ?? "";
      const nameInput = description.name ? null : el("input", { placeholder: t("console-name"), "aria-label": t("console-field-name"), spellcheck: false });
      const wrong = el("p", { class: "console-wrong", id: newId() });
      const schema = this.resolved(description.schema);
      let input;
      if (description.file) input = el("input", { type: "file" });
      else if (schema.enum) input = el("select", {}, new Option(t("console-left-out"), ""), ...schema.enum.map((choice) => new Option(String(choice), String(choice))));
      else input = el(["object", "array"].includes(schema.type) ? "textarea" : "input", { spellcheck: false, value: description.required ? description.example ?? "" : "", placeholder: description.example ?? "" });
      input.setAttribute("aria-describedby", wrong.id);
      const entry = { description, name: () => nameInput?.value.trim() ?? name, input, wrong };
      entries.push(entry);
      const remove = nameInput && el("button", { type: "button", class: "console-quiet", "aria-label": t("console-field-remove"), onclick: () => { entries.splice(entries.indexOf(entry), 1); row.remove(); this.update(); } }, t("console-remove"));
      if (nameInput) input.setAttribute("aria-label", t("console-field-value"));
      const row = nameInput ? el("div", { class: "console-added" }, nameInput, input, remove) : field(label(name, description.required), input, wrong);
      rows.append(row);
    };
    for (const description of content.fields ?? []) addField(description);
    const given = () => entries.filter(({ name, input, description }) => name() && (description.file ? input.files[0] : input.value !== ""));
    const tools = [el("button", { type: "button", class: "console-quiet", onclick: () => addField({}) }, t("console-add-field"))];
    if (isMultipart) tools.push(el("button", { type: "button", class: "console-quiet", onclick: () => addField({ file: true }) }, t("console-add-file")));
    return {
      parts: [rows, el("div", { class: "console-tools" }, ...tools)],
      filled: () => ({ fields: given().map(({ name, input, description }) => ({ name: name(), value: description.file ? input.files[0].name : input.value, isFile: Boolean(description.file), mediaType: description.mediaType ?? "" })) }),
      payload: (request) => {
        if (!isMultipart) return request.body.text;
        const form = new FormData();
        for (const { name, input, description } of given()) {
          const type = description.mediaType;
          if (description.file) form.append(name(), type ? new Blob([input.files[0]], { type }) : input.files[0], input.files[0].name);
          else form.append(name(), type ? new Blob([input.value], { type }) : input.value);
        }
        return form;
      },
      restore: (body) => {
        for (const part of body.fields ?? []) {
          const entry = entries.find(({ name, description }) => name() === part.name && !description.file);
          if (entry) entry.input.value = part.value;
        }
      },
      check: () => {
        for (const { description, input, wrong } of entries) {
          if (!description.name || description.file) continue;
          const message = input.value && this.console.check_field(content.mediaType, description.name, input.value);
          wrong.textContent = message ? spoken(JSON.parse(message)) : "";
          input.setAttribute("aria-invalid", String(Boolean(message)));
        }
      },
    };
  }

  drawTrace() {
    const box = el("input", { type: "checkbox" });
    this.debugToken = secret("", () => {});
    const said = el("p", { class: "console-said", role: "status" });
    const token = field(t("console-debug-token"), ...this.debugToken.parts);
    token.hidden = said.hidden = true;
    box.addEventListener("change", async () => {
      said.hidden = !box.checked;
      token.hidden = true;
      if (!box.checked) return;
      said.textContent = t("console-debug-asks");
      const answer = await this.askHost("debug", { api: this.operation.api }).catch(() => null);
      if (answer?.token) {
        this.debugToken.set(answer.token);
        said.textContent = t("console-debug-here");
      } else {
        token.hidden = false;
        said.textContent = t("console-debug-paste");
      }
      this.update();
    });
    this.trace = box;
    return group(t("console-trace"), el("label", { class: "console-check" }, box, ` ${t("console-show-trace")}`), said, token);
  }

  /** What `portico dev` offers its own portal; a site on another host has none of it. */
  async askHost(what, wish) {
    const root = document.querySelector(".brand").href;
    const answer = await fetch(new URL(`console/${what}`, root), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) });
    return answer.ok ? answer.json() : null;
  }

  drawPreview() {
    const language = el("select", { "aria-label": t("console-language"), onchange: () => { this.chooseLanguage(language.value); this.showSample(); } });
    for (const [value, title] of JSON.parse(this.core.languages())) language.add(new Option(title, value));
    try { language.value = localStorage.getItem(LANGUAGE) ?? "http"; } catch { /* storage may be closed to us */ }
    if (language.selectedIndex < 0) language.selectedIndex = 0;
    this.language = language;
    this.sample = el("code", {});
    const copy = el("button", {
      type: "button", class: "console-quiet", onclick: async () => {
        await navigator.clipboard.writeText(this.core.sample(JSON.stringify(this.prepared.request), language.value));
        copy.textContent = t("copied");
        setTimeout(() => { copy.textContent = t("copy"); }, 1500);
      },
    }, t("copy"));
    copy.title = t("console-copy-about");
    return el("section", { class: "console-preview", "aria-label": t("request") },
      el("div", { class: "console-tools" }, el("h3", {}, t("request")), language, copy),
      el("pre", { tabIndex: 0, "aria-label": t("console-request-masked"), role: "region" }, this.sample));
  }

  chooseLanguage(value) {
    try { localStorage.setItem(LANGUAGE, value); } catch { /* storage may be closed to us */ }
    // The page behind shows it, too.
    for (const select of document.querySelectorAll(".tabs[data-languages] > select")) {
      select.value = value;
      select.dispatchEvent(new Event("change"));
    }
  }

  // ---- What is filled in ---------------------------------------------------------------------------------------------------

  /** A schema, its reference followed. */
  resolved(schema) {
    let found = schema ?? {};
    for (let steps = 0; found.$ref && steps < 20; steps++) found = this.operation.schemas?.[found.$ref] ?? {};
    return found;
  }

  /** What the module takes; with `secrets` or as it is kept in the history. */
  filled(withSecrets = true) {
    const authorization = [];
    if (withSecrets) {
      const { key } = this.operation;
      if (key && this.key.value()) authorization.push({ kind: "key", in: this.keyPlace.value, name: key[this.keyPlace.value], value: this.key.value() });
      const credential = this.schemes.get(this.scheme.value)?.credential?.();
      if (credential) authorization.push(credential);
    }
    const headers = this.headers.filter((header) => header.name()).map((header) => [header.name(), header.read()]);
    const token = this.debugToken.value().trim();
    if (withSecrets && this.trace.checked && token) headers.push(["Apim-Debug-Authorization", token]);
    return {
      server: this.serverAddress(),
      parameters: this.parameters.filter((parameter) => parameter.name() && (parameter.added || parameter.read() !== "")).map((parameter) => ({ in: parameter.place, name: parameter.name(), value: parameter.read() })),
      headers,
      body: this.body ? { mediaType: this.mediaType.value, ...this.body.filled() } : {},
      authorization,
    };
  }

  changed() {
    // Typing is not to wait for what is shown beside it.
    this.pending ??= requestAnimationFrame(() => { this.pending = null; this.update(); });
  }

  update() {
    if (!this.sample) return;
    const page = { origin: location.origin, byProxy: this.isProxied };
    this.prepared = JSON.parse(this.console.prepare(JSON.stringify(this.filled()), JSON.stringify(page)));
    this.body?.check();
    for (const parameter of this.parameters.filter(({ wrong }) => wrong)) {
      const text = parameter.read();
      const message = text && this.console.check_parameter(parameter.place, parameter.name(), text);
      parameter.wrong.textContent = message ? spoken(JSON.parse(message)) : "";
      parameter.input.setAttribute(parameter.input.matches("div") ? "data-invalid" : "aria-invalid", String(Boolean(message)));
    }
    const { hints } = this.prepared;
    const text = JSON.stringify(hints);
    if (text !== this.shownHints) {
      // Only what changes is to be read out.
      this.shownHints = text;
      this.hints.replaceChildren(...hints.map(({ message, stops }) => el("li", { class: stops ? "error" : "warning" }, el("strong", {}, `${stops ? t("console-stops") : t("console-note")} `), spoken(message))));
    }
    this.sendButton.setAttribute("aria-disabled", String(hints.some(({ stops }) => stops)));
    this.showSample();
  }

  showSample() {
    this.sample.textContent = this.core.sample(JSON.stringify(this.prepared.shown), this.language.value);
  }

  // ---- Sending -------------------------------------------------------------------------------------------------------------

  async send() {
    this.update();
    if (this.sending) return;
    const stop = this.prepared.hints.find(({ stops }) => stops);
    if (stop) {
      this.status.textContent = fill(t("console-not-sent"), { reason: spoken(stop.message) });
      return;
    }
    const { request, shown } = this.prepared;
    const filled = this.filled(false);
    this.sending = new AbortController();
    this.sendButton.hidden = true;
    this.cancelButton.hidden = false;
    this.status.textContent = t("console-sends");
    this.response.replaceChildren();
    const started = performance.now();
    let entry = { at: Date.now(), page: location.pathname, title: this.operation.title, method: request.method, url: `${shown.origin}${shown.target}`, filled };
    try {
      const answer = await (this.isProxied ? this.sendByProxy(request) : this.sendByBrowser(request));
      const ms = Math.round(performance.now() - started);
      entry = { ...entry, status: answer.status, ms };
      this.status.textContent = `${answer.status} ${answer.reason}, ${ms} ms, ${sizeInWords(answer.bytes.byteLength)}`;
      await this.showAnswer(answer, ms);
    } catch (error) {
      entry = { ...entry, status: 0 };
      if (error.name === "AbortError") this.status.textContent = t("console-cancelled");
      else {
        this.status.textContent = t("console-no-answer");
        this.response.replaceChildren(...(error.parts ?? (await this.explain(error, request))));
      }
    } finally {
      this.sending = null;
      this.sendButton.hidden = false;
      this.cancelButton.hidden = true;
      this.addHistory(entry);
    }
  }

  async sendByBrowser(request) {
    const headers = new Headers();
    for (const [name, value] of request.headers) if (!this.core.is_forbidden(name)) headers.append(name, value);
    const body = request.body === "empty" ? undefined : this.body.payload(request);
    const init = { method: request.method, headers, body, signal: this.sending.signal, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
    // A file brings a type along where none was chosen, which is not what was shown.
    if (body instanceof File && headers.has("content-type")) init.body = new Blob([body], { type: headers.get("content-type") });
    const answer = await fetch(request.origin + request.target, init);
    const bytes = await answer.arrayBuffer();
    return { status: answer.status, reason: answer.statusText || reasonOf(answer.status), headers: [...answer.headers], bytes, isRedirected: answer.redirected, url: answer.url };
  }

  /** The host sends: a line of JSON and the body, there and back. */
  async sendByProxy(request) {
    const headers = request.headers.filter(([name]) => name.toLowerCase() !== "cookie");
    let body = request.body === "empty" ? "" : this.body.payload(request);
    if (body instanceof FormData) {
      const encoded = new Response(body);
      headers.push(["Content-Type", encoded.headers.get("content-type")]);
      body = await encoded.blob();
    }
    const head = JSON.stringify({ method: request.method, url: request.origin + request.target, headers });
    const answer = await fetch(this.operation.proxy, {
      method: "POST", headers: { "Content-Type": "application/vnd.portico.request" }, body: new Blob([head, "\n", body]), signal: this.sending.signal, cache: "no-store",
    });
    const all = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok || answer.headers.get("content-type") !== "application/vnd.portico.response") {
      const said = answer.headers.get("content-type")?.startsWith("text/plain") ? new TextDecoder().decode(all) : "";
      const error = new Error("the proxy");
      error.parts = [el("p", {}, ...(said ? [fill(t("console-host-says"), { message: said })] : coded(t("console-no-proxy"), { status: answer.status })))];
      throw error;
    }
    const end = all.indexOf(10);
    const told = JSON.parse(new TextDecoder().decode(all.subarray(0, end)));
    return { ...told, reason: told.reason || reasonOf(told.status), bytes: all.slice(end + 1).buffer };
  }

  /** Why a browser says no more than "failed": the server is not there, or it does not let this page read. */
  async explain(error, request) {
    const isThere = await fetch(`${request.origin}/`, { mode: "no-cors", cache: "no-store", credentials: "omit" }).then(() => true, () => false);
    if (!isThere) {
      return [el("h4", {}, t("console-nobody")), el("p", {}, fill(t("console-nobody-about"), { origin: request.origin })), el("p", {}, el("small", {}, fill(t("console-browser-says"), error)))];
    }
    const policy = `<cors>\n    <allowed-origins><origin>${location.origin}</origin></allowed-origins>\n    <allowed-methods><method>*</method></allowed-methods>\n    <allowed-headers><header>*</header></allowed-headers>\n</cors>`;
    return [
      el("h4", {}, t("console-cors")),
      el("p", {}, fill(t("console-cors-about"), { server: request.origin, portal: location.origin })),
      el("p", {}, ...coded(t("console-cors-gateway"), { origin: location.origin })),
      el("pre", { tabIndex: 0, role: "region", "aria-label": t("console-policy") }, el("code", {}, policy)),
      el("p", {}, ...coded(t("console-cors-proxy"))),
    ];
  }

  async showAnswer(answer, ms) {
    const type = answer.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
    const kind = type.split(";")[0].trim().toLowerCase();
    if (this.blob) URL.revokeObjectURL(this.blob);
    this.blob = URL.createObjectURL(new Blob([answer.bytes], { type: kind.startsWith("image/") ? kind : "application/octet-stream" }));
    const grade = answer.status < 300 ? "good" : answer.status < 400 ? "moved" : "bad";
    const size = sizeInWords(answer.bytes.byteLength);
    const parts = [
      el("h3", {}, t("response"), " ", el("span", { class: `status ${grade}` }, String(answer.status)), " ", answer.reason),
      el("p", { class: "console-facts" }, `${ms} ms · ${size}${type ? ` · ${type}` : ""}`),
    ];
    if (answer.isRedirected) parts.push(el("p", {}, fill(t("console-redirected"), answer)));
    parts.push(el("details", {}, el("summary", {}, `${t("console-headers")} (${answer.headers.length})`),
      el("dl", { class: "console-fields" }, ...answer.headers.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
      !this.isProxied && el("p", {}, el("small", {}, t("console-exposed-headers")))));
    const extension = { "application/json": "json", "application/pdf": "pdf", "application/zip": "zip", "text/csv": "csv", "application/xml": "xml", "image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg" }[kind] ?? "bin";
    const download = el("a", { href: this.blob, download: fileName(answer.headers) ?? `response.${extension}` }, t("console-download"));
    if (!answer.bytes.byteLength) {
      parts.push(el("p", {}, t("console-no-body")));
    } else if (kind.startsWith("image/")) {
      parts.push(el("p", {}, el("img", { src: this.blob, alt: t("console-image") })), el("p", {}, download));
    } else if (isText(kind, answer.bytes)) {
      const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? "utf-8";
      let text;
      try { text = new TextDecoder(charset).decode(answer.bytes); } catch { text = new TextDecoder().decode(answer.bytes); }
      const pretty = this.core.formatted(kind, text);
      const code = el("code", {});
      const show = (all) => { code.textContent = all.length > SHOWN_CHARACTERS_MAX ? `${all.slice(0, SHOWN_CHARACTERS_MAX)}\n…` : all; };
      const tools = [el("h4", {}, t("body"))];
      if (pretty !== undefined && pretty !== text) {
        const raw = el("input", { type: "checkbox", onchange: () => show(raw.checked ? text : pretty) });
        tools.push(el("label", { class: "console-check" }, raw, ` ${t("console-as-it-came")}`));
      }
      const copy = el("button", { type: "button", class: "console-quiet", onclick: () => navigator.clipboard.writeText(text) }, t("copy"));
      tools.push(copy, download);
      show(pretty ?? text);
      parts.push(el("div", { class: "console-tools" }, ...tools), el("pre", { tabIndex: 0, role: "region", "aria-label": t("console-response-body") }, code));
    } else {
      parts.push(el("p", {}, `${t("console-binary-body")} `, download));
    }
    this.response.replaceChildren(...parts);
    if (this.trace.checked) this.response.append(await this.showTrace(answer.headers));
  }

  async showTrace(headers) {
    const find = (wanted) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
    const section = el("section", { class: "console-trace", "aria-label": t("console-trace") }, el("h4", {}, t("console-trace")));
    const say = (...text) => { section.append(el("p", {}, ...text)); return section; };
    for (const [header, words] of [["apim-debug-authorization-invalid", t("console-debug-unknown")], ["apim-debug-authorization-expired", t("console-debug-ended")], ["apim-debug-authorization-wrongapi", t("console-debug-other-api")]]) {
      if (find(header)) return say(words);
    }
    const id = find("apim-trace-id");
    if (!id) return say(...coded(t("console-no-trace")));
    const trace = await this.askHost("trace", { traceId: id }).catch(() => null);
    if (!trace) return say(...coded(t("console-trace-elsewhere"), { id }));
    const seconds = (text) => Number(/(\d+):(\d+):([\d.]+)/.exec(text ?? "")?.slice(1).reduce((all, part) => all * 60 + Number(part), 0) ?? 0);
    for (const [name, entries] of Object.entries(trace.traceEntries ?? {})) {
      if (!entries?.length) continue;
      section.append(el("details", { open: true }, el("summary", {}, `${name} (${entries.length})`),
        el("ol", {}, ...entries.map((entry) => el("li", {}, el("details", {},
          el("summary", {}, el("code", {}, entry.source ?? "?"), ` ${wordsOf(entry.data)}`.slice(0, 200),
            el("small", {}, ` ${(seconds(entry.duration) * 1000).toFixed(2)} ms${entry.place ? ` · ${entry.place.file}:${entry.place.line}` : ""}`)),
          el("pre", { tabIndex: 0, role: "region", "aria-label": fill(t("console-step-details"), { step: entry.source ?? "?" }) }, el("code", {}, JSON.stringify(entry.data ?? null, null, 2)))))))));
    }
    if (section.childElementCount === 1) section.append(el("pre", { tabIndex: 0, role: "region", "aria-label": t("console-trace") }, el("code", {}, JSON.stringify(trace, null, 2))));
    return section;
  }

  // ---- History -------------------------------------------------------------------------------------------------------------

  addHistory(entry) {
    const entries = remembered.read(HISTORY).entries ?? [];
    // Texts of bodies may be long, and storage is small.
    if ((entry.filled.body.text ?? "").length > 100_000) entry.filled.body = {};
    remembered.write(HISTORY, { entries: [entry, ...entries].slice(0, HISTORY_MAX) });
    this.showHistory();
  }

  showHistory() {
    const entries = remembered.read(HISTORY).entries ?? [];
    if (!entries.length) return this.history.replaceChildren();
    const words = (entry) => `${entry.method} ${entry.title} – ${entry.status ? `${entry.status}, ${entry.ms} ms` : t("console-unanswered")}`;
    const clock = (at) => new Date(at).toLocaleTimeString();
    this.history.replaceChildren(
      el("div", { class: "console-tools" }, el("h3", {}, t("console-history")),
        el("button", { type: "button", class: "console-quiet", onclick: () => { remembered.write(HISTORY, {}); this.showHistory(); } }, t("console-clear"))),
      el("ul", {}, ...entries.map((entry, at) => el("li", {},
        entry.page === location.pathname
          ? el("button", { type: "button", class: "console-link", onclick: () => { this.restore(entry.filled); this.status.textContent = t("console-restored"); } }, words(entry))
          : el("a", { href: `${entry.page}#console=${at}` }, words(entry)),
        " ", el("small", {}, clock(entry.at), " ", entry.url)))));
  }

  /** `#console=3` is an entry of the history that was made on this page. */
  restoreFromAddress() {
    const at = /^#console=(\d+)$/.exec(location.hash)?.[1];
    const entry = at && remembered.read(HISTORY).entries?.[at];
    if (entry?.page === location.pathname) this.restore(entry.filled);
  }

  restore(filled) {
    const isListed = [...this.server.options].some((option) => option.value === filled.server);
    this.server.value = isListed ? filled.server : "other";
    this.otherServer.hidden = isListed;
    if (!isListed) this.otherServer.value = filled.server;
    for (const list of [this.parameters, this.headers]) {
      for (const entry of list.filter(({ added }) => added)) entry.row.remove();
    }
    this.parameters = this.parameters.filter(({ added }) => !added);
    this.headers = [];
    for (const parameter of this.parameters) parameter.write("");
    for (const { in: place, name, value } of filled.parameters ?? []) {
      const known = this.parameters.find((parameter) => parameter.place === place && parameter.name() === name);
      if (known) known.write(value);
      else if (place === "query") this.addQuery(name, value);
    }
    for (const [name, value] of filled.headers ?? []) this.addHeader(name, value);
    this.mediaType.value = filled.body?.mediaType ?? "";
    this.showBody();
    this.body?.restore(filled.body);
    this.update();
  }
}

// ---- Pieces -----------------------------------------------------------------------------------------------------------------

/** Values in the place of `{name}`s. */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A text with its values, in the form for `count`. */
function counted(text, values) {
  if (typeof text === "string") return fill(text, values);
  const form = new Intl.PluralRules(document.documentElement.lang || "en").select(Number(values.count));
  return fill(text[form] ?? text.other, values);
}

/** A phrase of the module's in the language of the page: its template, with values that may be phrases. */
function spoken({ text, values }) {
  return counted(SENTENCES[text] ?? text, Object.fromEntries(values.map(([name, value]) => [name, typeof value === "string" ? value : spoken(value)])));
}

/** A text as children of an element, what stands in it between backticks as code. */
function coded(text, values = {}) {
  return text.split("`").map((piece, at) => (at % 2 ? el("code", {}, fill(piece, values)) : fill(piece, values)));
}

function group(title, ...children) {
  return el("fieldset", {}, el("legend", {}, title), ...children);
}

function label(name, isRequired) {
  return isRequired ? [name, " ", el("span", { class: "required" }, t("required"))] : [name];
}

/** A label with what it labels; several controls stand side by side. */
function field(words, ...parts) {
  const control = parts.find((part) => part instanceof Element && part.matches("input, select, textarea"));
  const texts = Array.isArray(words) ? words : [words];
  if (!control) {
    // A group of boxes has its name without a label.
    const id = newId();
    parts.find((part) => part instanceof Element && part.matches("[role=group]"))?.setAttribute("aria-labelledby", id);
    return el("div", { class: "console-field" }, el("span", { class: "console-label", id }, ...texts), ...parts);
  }
  control.id ||= newId();
  return el("div", { class: "console-field" }, el("label", { for: control.id }, ...texts), ...parts);
}

/** A field that hides what is in it, with a switch that shows it. */
function secret(value, remember) {
  const input = el("input", { type: "password", value, autocomplete: "off", spellcheck: false, oninput: () => remember(input.value) });
  const eye = el("button", {
    type: "button", class: "console-quiet console-eye", "aria-pressed": "false", onclick: () => {
      const isShown = input.type === "text";
      input.type = isShown ? "password" : "text";
      eye.setAttribute("aria-pressed", String(!isShown));
    },
  }, t("console-show-secret"));
  return { parts: [input, eye], value: () => input.value, set: (text) => { input.value = text; remember(text); } };
}

function sizeInWords(bytes) {
  if (bytes < 1000) return counted(t("bytes-count"), { count: bytes });
  const digits = new Intl.NumberFormat(document.documentElement.lang || "en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return bytes < 1e6 ? `${digits.format(bytes / 1e3)} kB` : `${digits.format(bytes / 1e6)} MB`;
}

/** HTTP/2 and 3 send no reasons. */
function reasonOf(status) {
  return { 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout" }[status] ?? "";
}

function isText(kind, bytes) {
  if (/^text\/|json|xml|javascript|yaml|x-www-form-urlencoded|graphql/.test(kind)) return true;
  return !kind && !new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 4096)).includes(0);
}

/** The name that the server gives the file, without folders. */
function fileName(headers) {
  const text = headers.find(([name]) => name.toLowerCase() === "content-disposition")?.[1] ?? "";
  return /filename="?([^";]+)/i.exec(text)?.[1].split(/[\\/]/).pop();
}

/** What a step of a trace says of itself, in a line. */
function wordsOf(data) {
  if (typeof data === "string") return data;
  if (data?.changed) return data.value === null ? fill(t("console-value-removed"), { name: data.changed }) : `${data.changed}: ${data.value}`;
  const status = data?.response?.status;
  return data?.message ?? data?.reason ?? (status ? `${status.code} ${status.reason}` : "");
}

// ---- OAuth 2 ----------------------------------------------------------------------------------------------------------------

function callbackAddress() {
  return new URL("../console/callback/", import.meta.url).href;
}

const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** Authorization code with PKCE (RFC 7636), in a window of its own. */
async function authorizationCode(flow, client, clientSecret, scope) {
  if (!client) throw new Error(t("console-needs-client"));
  if (!crypto.subtle) throw new Error(t("console-needs-https"));
  const [verifier, state] = [random(), random()];
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const address = new URL(flow.authorizationUrl, location.href);
  const query = { response_type: "code", client_id: client, redirect_uri: callbackAddress(), state, code_challenge: challenge, code_challenge_method: "S256" };
  if (scope) query.scope = scope;
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  if (!["http:", "https:"].includes(address.protocol)) throw new Error(t("console-provider-address"));
  const channel = new BroadcastChannel("portal-console");
  const answer = await new Promise((resolve, reject) => {
    channel.onmessage = ({ data }) => {
      // The state says that the answer belongs to this question.
      if (data.answer?.state !== state) return;
      channel.postMessage({ taken: state });
      resolve(data.answer);
    };
    const opened = window.open(address, "portal-console-signin", "popup,width=520,height=680");
    if (!opened) reject(new Error(t("console-popup-closed")));
    setTimeout(() => reject(new Error(t("console-provider-late"))), 300_000);
  }).finally(() => setTimeout(() => channel.close(), 1000));
  if (answer.error) throw new Error(fill(t("console-provider-refused"), { reason: answer.error_description ?? answer.error }));
  return token(flow, { grant_type: "authorization_code", code: answer.code, redirect_uri: callbackAddress(), client_id: client, code_verifier: verifier, ...(clientSecret && { client_secret: clientSecret }) });
}

/** Client credentials (RFC 6749, 4.4). */
function clientCredentials(flow, client, clientSecret, scope) {
  if (!client || !clientSecret) throw new Error(t("console-needs-secret"));
  return token(flow, { grant_type: "client_credentials", client_id: client, client_secret: clientSecret, ...(scope && { scope }) });
}

async function token(flow, form) {
  const answer = await fetchJson(flow.tokenUrl, { method: "POST", body: new URLSearchParams(form) }, t("console-provider-of-tokens"));
  if (!answer.access_token) throw new Error(fill(t("console-provider-no-token"), { reason: answer.error_description ?? answer.error ?? t("console-provider-silent") }));
  return answer;
}

async function fetchJson(address, init, what) {
  let answer;
  try {
    answer = await fetch(address, { ...init, credentials: "omit", headers: { Accept: "application/json" } });
  } catch {
    throw new Error(fill(t("console-provider-unread"), { what, origin: location.origin }));
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok && !found.error) throw new Error(fill(t("console-provider-useless"), { what, status: answer.status }));
  return found;
}
