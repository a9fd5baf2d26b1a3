// The console in a real browser, against the running gateway: from opening it to reading the answer, and every way in which that
// goes wrong. The service is in console/; it answers with what came.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { launchChromium, screenshots, startPortico, target } from "./portico.mjs";

const PORTAL_GEN = process.env.PORTAL_GEN ?? path.join(target, "debug/portal-gen");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const HERE = path.dirname(fileURLToPath(import.meta.url));
const KEY = "alices-key";
const FIND = "/apis/things/find/";
const MAKE = "/apis/things/make/";
// What a page may weigh before the console is opened, and how many requests it may take.
const PAGE_BYTES_MAX = 40 * 1024;
const PAGE_REQUESTS_MAX = 5;

let home;
let folder;
let portico;
let browser;
let provider;

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), "portico-console-"));
  folder = path.join(home, "folder");
  cpSync(path.join(HERE, "console"), folder, { recursive: true });
  const secrets = path.join(home, "secrets.yaml");
  writeFileSync(secrets, `subscriptions: { alice: { primary: ${KEY} } }\n`);
  provider = await startProvider();
  const specification = path.join(folder, "apis/things/specification.yaml");
  writeFileSync(specification, readFileSync(specification, "utf8").replaceAll("http://127.0.0.1:9", provider.origin));
  portico = await startPortico(folder, ["--secrets", secrets], ({ portal }) => settings(`console: { origin: "http://127.0.0.1:${portal}" }`));
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await portico?.stop();
  provider?.close();
  if (home) rmSync(home, { recursive: true });
});

describe("a page before the console is opened", () => {
  test("is small, and has nothing of the console", async () => {
    await visit({}, async (page) => {
      const fetched = new Map();
      page.on("response", async (answer) => fetched.set(answer.url(), await answer.body().catch(() => Buffer.alloc(0))));
      await page.goto(portico.portal + FIND);
      await sleep(1000);
      const own = [...fetched].filter(([url]) => !url.includes("_preview"));
      const bytes = own.map(([, body]) => gzipSync(body).length).reduce((all, one) => all + one, 0);
      assert.ok(own.length <= PAGE_REQUESTS_MAX, own.map(([url]) => url).join("\n"));
      assert.ok(bytes <= PAGE_BYTES_MAX, `${bytes} bytes gzipped`);
      assert.ok(!own.some(([url]) => /console/.test(url)));
    });
  });

  test("shows requests in the language that was chosen, on all pages", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + FIND);
      await page.getByLabel("Language of the sample").selectOption("python");
      assert.match(await page.locator(".tabs[data-languages] .panel:visible").innerText(), /import requests/);
      await page.goto(portico.portal + MAKE);
      assert.match(await page.locator(".tabs[data-languages] .panel:visible").innerText(), /import requests/);
      assert.equal(await page.locator(".tabs[data-languages] option").count(), 13);
      await open(page);
      assert.match(await page.locator(".console-preview code").innerText(), /import requests/);
    });
  });

  test("shows them without JavaScript, too", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(portico.portal + FIND);
      assert.equal(await page.locator(".try").isVisible(), false);
      await page.getByText("PowerShell", { exact: true }).click();
      assert.match(await page.locator(".tabs[data-languages] .panel:visible").innerText(), /Invoke-WebRequest/);
    });
  });
});

describe("where no policy lets the portal in", () => {
  test("the console says so, and `enable-cors` mends it", async () => {
    await visit({ mayFail: true }, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      await fillKey(page);
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("heading", { name: "Refused by CORS" }).waitFor();
      const said = await page.locator(".console-response").innerText();
      assert.ok(said.includes(`<origin>${portico.portal}</origin>`) && said.includes("portal-gen enable-cors"), said);

      const warned = execFileSync(PORTAL_GEN, ["check", folder], { encoding: "utf8" });
      assert.match(warned, /lint\/portal-cors/);
      const done = execFileSync(PORTAL_GEN, ["enable-cors", folder], { encoding: "utf8" });
      assert.match(done, /wrote policy.xml with `cors`/);
      assert.doesNotMatch(execFileSync(PORTAL_GEN, ["check", folder], { encoding: "utf8" }), /lint\/portal-cors/);
      await reloaded();
      await page.goto(portico.portal + FIND);
      await open(page);
      await send(page);
      assert.match(await status(page), /^200 OK/);
    });
  });

  test("and where nobody is, it says that", async () => {
    await visit({ mayFail: true }, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      await page.getByLabel("Server", { exact: true }).selectOption("other");
      await page.getByLabel("Another address").fill("http://127.0.0.1:9");
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("heading", { name: "Nobody answers" }).waitFor();
    });
  });
});

describe("the console", () => {
  test("opens, is left by Escape, and gives the focus back", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + FIND);
      await page.locator(".try").focus();
      await page.keyboard.press("Enter");
      await page.locator("dialog[open]").waitFor();
      assert.ok(await page.evaluate(() => document.querySelector("dialog").contains(document.activeElement)));
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "hidden" });
      assert.ok(await page.evaluate(() => document.activeElement.matches(".try")));
    });
  });

  test("sends what was filled in, and hides secrets but for copying", async () => {
    await visit({ permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      assert.equal(await page.getByLabel("id required").inputValue(), "a b");
      await fillKey(page);
      await page.getByLabel("kind required").selectOption("large");
      await page.getByLabel("tags", { exact: true }).fill("one\ntwo & three");
      await page.getByRole("button", { name: "Add a parameter" }).click();
      await page.getByLabel("Name of the parameter").fill("extra");
      await page.getByLabel("Value of the parameter").fill("é");
      await page.getByRole("button", { name: "Add a header" }).click();
      await page.getByLabel("Name of the header").fill("X-Mine");
      await page.getByLabel("Value of the header").fill("yes");
      await page.getByLabel("Authorization", { exact: true }).selectOption({ label: "Bearer token" });
      await page.getByLabel("Token", { exact: true }).fill("tok-en");
      await page.getByLabel("Language", { exact: true }).selectOption("curl");
      const shown = await page.locator(".console-preview code").innerText();
      assert.ok(!shown.includes(KEY) && !shown.includes("tok-en") && shown.includes("••••••••"), shown);
      await page.locator(".console-preview").getByRole("button", { name: "Copy" }).click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(copied.includes(KEY) && copied.includes("Bearer tok-en"), copied);
      await send(page);
      assert.match(await status(page), /^200 OK, \d+ ms, [\d.]+ (bytes|kB)$/);
      const came = await answer(page);
      assert.equal(came.method, "GET");
      assert.equal(came.url, "/things/a%20b?kind=large&tags=one%7Ctwo%20%26%20three&extra=%C3%A9");
      assert.equal(came.headers["x-mine"], "yes");
      assert.equal(came.headers.authorization, "Bearer tok-en");
      assert.match(await page.locator(".console-response summary").first().innerText(), /Headers \(\d+\)/);

      await page.getByRole("button", { name: "Remove the parameter" }).click();
      await page.getByRole("button", { name: "Remove the header" }).click();
      await page.getByLabel("Authorization", { exact: true }).selectOption("none");
      await send(page);
      const after = await answer(page);
      assert.ok(!after.url.includes("extra") && !("x-mine" in after.headers) && !("authorization" in after.headers), JSON.stringify(after));

      // The key stays for the session; the page keeps it nowhere else.
      await page.reload();
      await open(page);
      assert.equal(await page.getByLabel("Subscription key").inputValue(), KEY);
      assert.ok(!(await page.evaluate(() => JSON.stringify(localStorage))).includes(KEY));
    });
  });

  test("holds a body to its schema while it is typed", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + MAKE);
      await open(page);
      const editor = page.getByLabel("Body", { exact: true });
      assert.deepEqual(JSON.parse(await editor.inputValue()), { name: "Ladder", size: 3 });
      assert.equal(await page.locator(".console-findings li").count(), 0);
      await editor.fill('{\n  "name": "ladder",\n  "sise": 1,\n  "parts": [{ "name": "Rung", "size": 0 }]\n}');
      await page.locator(".console-findings li").first().waitFor();
      const found = await page.locator(".console-findings li").allInnerTexts();
      assert.deepEqual(found, [
        "Line 1, column 1 `size` is missing",
        "Line 2, column 11/name this does not match the pattern `^[A-Z]`",
        "Line 3, column 3/sise there is no property `sise`; did you mean `size`?",
        "Line 4, column 39/parts/0/size this must be at least 1",
      ]);
      await page.getByRole("button", { name: "Line 4, column 39" }).click();
      assert.equal(await page.evaluate(() => getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), "0");
      await editor.fill('{ "name": ');
      await page.getByText("a value is expected here, not the end").waitFor();
      await page.getByRole("button", { name: "Revert" }).click();
      await fillKey(page);
      await send(page);
      const came = await answer(page);
      assert.deepEqual(JSON.parse(came.body), { name: "Ladder", size: 3 });
      assert.equal(came.headers["content-type"], "application/json");
    });
  });

  test("explains slips before it sends", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      await page.getByText("without a subscription key the gateway answers 401").waitFor();
      await page.getByLabel("limit", { exact: true }).fill("11");
      await page.getByText("this must be at most 10").waitFor();
      await page.getByLabel("id required").fill("");
      await page.getByText("`id` is a part of the address, and needs a value").waitFor();
      await page.getByLabel("id required").fill("1");
      await page.getByLabel("Content type").selectOption("application/json");
      await page.getByLabel("Body", { exact: true }).fill("{}");
      await page.getByText("browsers send no body with GET").waitFor();
      // It can be pressed all the same, and says why it does nothing.
      await page.getByRole("button", { name: "Send" }).click({ force: true });
      assert.match(await status(page), /^Not sent: browsers send no body with GET/);
    });
  });

  test("sends parts with files", async () => {
    await visit({}, async (page) => {
      await page.goto(`${portico.portal}/apis/things/upload/`);
      await open(page);
      await fillKey(page);
      await page.getByLabel("title required").fill("Tea");
      await page.getByLabel("picture", { exact: true }).setInputFiles({ name: "tea.png", mimeType: "image/png", buffer: Buffer.from("PNG?") });
      await send(page);
      const came = await answer(page);
      assert.match(came.headers["content-type"], /^multipart\/form-data; boundary=/);
      assert.match(came.body, /name="picture"; filename="tea.png"/);
      assert.match(came.body, /PNG\?/);
    });
  });

  test("shows images, and lets them be downloaded", async () => {
    await visit({}, async (page) => {
      await page.goto(`${portico.portal}/apis/things/picture/`);
      await open(page);
      await fillKey(page);
      await send(page);
      const image = page.getByAltText("The image in the response");
      await image.waitFor();
      assert.equal(await image.evaluate((image) => image.decode().then(() => image.naturalWidth)), 40);
      assert.equal(await page.getByText("Download").getAttribute("download"), "response.svg");
    });
  });

  test("keeps a history of the session, without secrets", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      await fillKey(page);
      await page.getByLabel("id required").fill("first");
      await send(page);
      await page.getByLabel("id required").fill("second");
      await send(page);
      assert.equal(await page.locator(".console-history li").count(), 2);
      await page.locator(".console-history li button").last().click();
      assert.equal(await page.getByLabel("id required").inputValue(), "first");
      assert.ok(!(await page.evaluate(() => sessionStorage.getItem("portal-console-history"))).includes(KEY));
      await page.goto(portico.portal + MAKE);
      await open(page);
      await page.locator(".console-history a").last().click();
      await page.locator("dialog[open]").waitFor();
      assert.equal(await page.getByLabel("id required").inputValue(), "first");
    });
  });

  test("can be cancelled", async () => {
    await visit({}, async (page) => {
      await page.route(`${portico.gateway}/**`, async (route) => {
        await sleep(3000);
        await route.abort().catch(() => {});
      });
      await page.goto(portico.portal + FIND);
      await open(page);
      await page.getByRole("button", { name: "Send" }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled.").waitFor();
    });
  });

  test("gets tokens: authorization code with PKCE, and client credentials", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      await fillKey(page);
      await page.getByLabel("Authorization", { exact: true }).selectOption({ label: "provider" });
      await page.getByLabel("Client id").fill("console");
      await page.getByRole("button", { name: "Get a token" }).click();
      await page.getByText("There is a token, good for 60 seconds.").waitFor();
      await send(page);
      assert.equal((await answer(page)).headers.authorization, "Bearer for-console-things.read");
      assert.equal(provider.problems.join("\n"), "");
      await page.getByLabel("Flow").selectOption("clientCredentials");
      await page.getByLabel("Client secret").fill("hush");
      await page.getByRole("button", { name: "Get a token" }).click();
      await page.waitForFunction(() => [...document.querySelectorAll("dialog input")].some((input) => input.value === "of-client-console"));
      await page.getByLabel("Client id").fill("wrong");
      await page.getByRole("button", { name: "Get a token" }).click();
      await page.getByText("gives no token: nobody knows it").waitFor();
    });
  });

  test("shows what policies do", async () => {
    await visit({}, async (page) => {
      await page.goto(portico.portal + FIND);
      await open(page);
      await fillKey(page);
      await page.getByLabel("Show what the gateway's policies do").check();
      await page.getByText("The gateway on this machine shows").waitFor();
      await send(page);
      const trace = page.locator(".console-trace");
      await trace.waitFor();
      assert.match(await trace.innerText(), /return-response/);
      assert.ok(!(await page.locator(".console-preview code").innerText()).includes("aid=things"));
    });
  });

  for (const [name, options] of Object.entries({
    light: { viewport: { width: 1440, height: 1000 }, colorScheme: "light" },
    dark: { viewport: { width: 1440, height: 1000 }, colorScheme: "dark" },
    phone: { viewport: { width: 390, height: 844 } },
    narrowest: { viewport: { width: 320, height: 640 } },
  })) {
    test(`can be used by everybody: ${name}`, async () => {
      await visit(options, async (page) => {
        for (const address of [FIND, MAKE]) {
          await page.goto(portico.portal + address);
          await open(page);
          await fillKey(page);
          if (address === MAKE) await page.getByLabel("Body", { exact: true }).fill('{ "name": 1 }');
          await page.getByRole("button", { name: "Add a header" }).click();
          await page.getByLabel("Show what the gateway's policies do").check();
          await page.getByText("The gateway on this machine shows").waitFor();
          await send(page);
          await page.evaluate(AXE);
          const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
          assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`), []);
          const sideways = await page.evaluate(() => { const dialog = document.querySelector("dialog"); return Math.max(dialog.scrollWidth - dialog.clientWidth, -dialog.getBoundingClientRect().left); });
          assert.ok(sideways <= 0, `${address} is ${sideways} px too wide`);
          await page.screenshot({ path: path.join(screenshots, `console-${address.split("/")[3]}-${name}.png`) });
        }
      });
    });
  }
});

describe("through the portal's host", () => {
  test("requests need no CORS policy, and carry no cookies", async () => {
    rmSync(path.join(folder, "policy.xml"), { force: true });
    settings("console: { proxy: true }");
    await reloaded();
    await visit({}, async (page, outside) => {
      await page.goto(portico.portal + MAKE);
      await open(page);
      await fillKey(page);
      await page.getByRole("button", { name: "Add a header" }).click();
      await page.getByLabel("Name of the header").fill("Cookie");
      await page.getByLabel("Value of the header").fill("a=b");
      await send(page);
      assert.match(await status(page), /^200 OK/);
      const came = await answer(page);
      assert.equal(came.method, "POST");
      assert.deepEqual(JSON.parse(came.body), { name: "Ladder", size: 3 });
      assert.ok(!("cookie" in came.headers) && !("origin" in came.headers), JSON.stringify(came.headers));
      assert.ok(!(await page.locator(".console-fields").innerText()).includes("set-cookie"));
      assert.deepEqual(outside, []);
    });
  });
});

/** Opens a page in a context of its own. Errors on the page, such as what its Content-Security-Policy refuses, fail the test. */
async function visit({ mayFail = false, ...options }, look) {
  const context = await browser.newContext(options);
  const problems = [];
  const outside = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.stack));
    page.on("request", (request) => {
      if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== portico.portal) outside.push(request.url());
    });
    await look(page, outside);
    if (!mayFail) assert.deepEqual(problems.filter((problem) => !/status of 401|ERR_FAILED|status of 400/.test(problem)), []);
  } finally {
    await context.close();
  }
}

async function open(page) {
  await page.locator(".try").click();
  await page.locator("dialog[open]").waitFor();
}

const fillKey = (page) => page.getByLabel("Subscription key").fill(KEY);
const status = (page) => page.locator(".console-status").innerText();
const answer = async (page) => JSON.parse(await page.locator(".console-response [aria-label='Body of the response'] code").innerText());

async function send(page) {
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".console-response h3").waitFor();
}

/** Writes the portal's settings. */
function settings(more) {
  writeFileSync(path.join(folder, "portal/portal.yaml"), `title: Things\n${more}\n`);
}

/** Waits until the folder was read again. */
async function reloaded() {
  const count = () => portico.output().split("reloaded").length;
  const before = reloaded.seen ?? 1;
  const deadline = Date.now() + 60_000;
  while (count() <= before && Date.now() < deadline) await sleep(100);
  // More than one change may be on its way.
  await sleep(1500);
  reloaded.seen = count();
}

/** A provider of tokens: signs everybody in at once, and holds the console to PKCE. */
async function startProvider() {
  const codes = new Map();
  const problems = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://provider");
    if (url.pathname === "/authorize") {
      const asked = Object.fromEntries(url.searchParams);
      if (asked.response_type !== "code" || asked.code_challenge_method !== "S256" || !asked.state) problems.push(`authorize: ${url.search}`);
      codes.set("the-code", asked);
      const back = new URL(asked.redirect_uri);
      back.searchParams.set("code", "the-code");
      back.searchParams.set("state", asked.state);
      response.writeHead(302, { Location: back.href }).end();
      return;
    }
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (url.pathname !== "/token") return response.writeHead(404).end();
    let text = "";
    for await (const piece of request) text += piece;
    const form = Object.fromEntries(new URLSearchParams(text));
    const say = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    if (form.client_id !== "console") return say(400, { error: "invalid_client", error_description: "nobody knows it" });
    if (form.grant_type === "client_credentials") return say(200, { access_token: `of-client-${form.client_id}` });
    const asked = codes.get(form.code);
    codes.delete(form.code);
    const challenge = createHash("sha256").update(form.code_verifier ?? "").digest("base64url");
    if (challenge !== asked?.code_challenge || form.redirect_uri !== asked.redirect_uri) {
      problems.push(`token: ${text}`);
      return say(400, { error: "invalid_grant" });
    }
    say(200, { access_token: `for-${form.client_id}-${asked.scope}`, expires_in: 60 });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { origin: `http://127.0.0.1:${server.address().port}`, problems, close: () => server.close() };
}
