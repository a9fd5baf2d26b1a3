// What a portal has around its pages, in a browser: search, colours, languages, the page for what is not there, the addresses
// of APIM's portal, copies of pages. The site is the example's with German beside English, published below a path, with the
// content security policy that docs/portal.md recommends.

import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bookstore, servePortal } from "./portal.mjs";
import { launchChromium, screenshots } from "./portico.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const BASE = "/docs/portal/";

let directory;
let portal;
let browser;
let home;

before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "portico-site-"));
  const folder = path.join(directory, "bookstore");
  await cp(bookstore, folder, { recursive: true });
  await cp(path.join(here, "languages"), path.join(folder, "portal"), { recursive: true });
  const settings = path.join(folder, "portal/portal.yaml");
  await writeFile(settings, `${await readFile(settings, "utf8")}\nlanguages: [en, de, ar]\n`);
  portal = await servePortal(folder, { base: BASE, more: ["--url", `https://developer.example.com${BASE}`] });
  assert.ok(!portal.said.includes("site/broken-link"), portal.said);
  home = `${portal.origin}${BASE}`;
  browser = await launchChromium();
  await mkdir(screenshots, { recursive: true });
});

after(async () => {
  await browser?.close();
  await portal?.stop();
  if (directory) await rm(directory, { recursive: true, force: true });
});

// Opens a page in a context of its own; `problems` gathers what a reader would not see.
async function visit(options, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const problems = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && problems.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
    page.on("request", (request) => new URL(request.url()).host !== new URL(home).host && problems.push(`outside: ${request.url()}`));
    await look(page);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

async function accessible(page, what) {
  const { violations } = await check(page);
  assert.deepEqual(violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`), []);
}

// axe in a world of its own, which the page's content security policy does not reach.
async function check(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const run = async (expression, awaitPromise = false) => {
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await run(`${await readFile(axe, "utf8")};0`);
  return JSON.parse(await run('axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }).then((found) => JSON.stringify({ violations: found.violations }))', true));
}

// One of each kind.
const PAGES = [
  "",
  "apis/",
  "apis/orders/",
  "apis/orders/place-order/",
  "apis/orders/place-order/callbacks/order-status/",
  "apis/orders/schemas/",
  "apis/orders/schemas/payment/",
  "apis/catalog-v2/changes/",
  "products/partners/",
  "guides/orders/",
  "search/",
  "nowhere",
];

describe("every kind of page can be used by everyone", () => {
  for (const [device, width] of [["desktop", 1280], ["phone", 390]]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${device}, ${colorScheme}`, async () => {
        await visit({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
          for (const address of PAGES) {
            await page.goto(home + address);
            await accessible(page, `/${address}`);
          }
        });
      });
    }
  }
});

describe("search", () => {
  for (const colorScheme of ["light", "dark"]) {
    test(`finds, is led by keys, and can be used by everyone: ${colorScheme}`, async () => {
      await visit({ colorScheme }, async (page) => {
        const asked = [];
        page.on("request", (request) => request.url().includes("/search") && asked.push(request.url()));
        await page.goto(`${home}apis/orders/place-order/`);
        assert.deepEqual(asked, [], "nothing of search is loaded before it is opened");
        await page.keyboard.press("/");
        const input = page.locator("dialog").getByRole("combobox");
        await input.fill("order");
        await page.locator("dialog").getByRole("option").first().waitFor();
        assert.ok(await page.getByRole("group", { name: "Operations" }).isVisible());
        assert.ok(await page.getByRole("group", { name: "Schemas" }).isVisible());
        await accessible(page, "the dialog");
        await page.screenshot({ path: path.join(screenshots, `search-${colorScheme}.png`) });
        const first = await input.getAttribute("aria-activedescendant");
        await page.keyboard.press("ArrowDown");
        const second = await input.getAttribute("aria-activedescendant");
        assert.notEqual(first, second);
        assert.equal(await page.locator(`#${second}`).getAttribute("aria-selected"), "true");
        await page.keyboard.press("ArrowUp");
        await input.fill("place an order");
        await page.locator("[role=option]", { hasText: "Place an order" }).first().waitFor();
        await page.keyboard.press("Enter");
        await page.waitForURL("**/apis/orders/place-order/");
      });
    });
  }

  test("opens with Ctrl+K from any page, forgives slips, and says when there is nothing", async () => {
    await visit({}, async (page) => {
      await page.goto(`${home}guides/first-call/`);
      await page.keyboard.press("Control+k");
      const input = page.locator("dialog").getByRole("combobox");
      await input.fill("catlogue bok");
      await page.locator("dialog").getByRole("option").first().waitFor();
      await input.fill("isbn");
      await page.locator("[role=option]", { hasText: "Get a book" }).first().waitFor();
      await input.fill("xyzzyplugh");
      await page.getByText("Nothing was found for “xyzzyplugh”.").waitFor();
      assert.equal(await page.locator("dialog").getByRole("option").count(), 0);
      await page.keyboard.press("Escape");
      assert.ok(await input.isHidden());
    });
  });

  test("answers an address, fits on a phone, and speaks the page's language", async () => {
    await visit({ viewport: { width: 320, height: 640 } }, async (page) => {
      await page.goto(`${home}de/search/?q=bestellung`);
      await page.locator("[role=option]", { hasText: "Erster Aufruf" }).or(page.getByText("Für „bestellung“ wurde nichts gefunden.")).first().waitFor();
      assert.equal(await page.getByRole("dialog", { name: "Suche" }).count(), 1);
      await page.locator("dialog").getByRole("combobox").fill("order");
      await page.getByRole("group", { name: "Operationen" }).waitFor();
      const path = await page.locator("dialog").getByRole("option").first().getAttribute("href");
      assert.match(path, /\/de\/apis\//);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0);
    });
  });

  test("is a list of everything without scripts", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(home);
      await page.getByRole("link", { name: "Search" }).click();
      await page.getByRole("link", { name: "Place an order" }).click();
      assert.match(await page.locator("h1").innerText(), /Place an order/);
    });
  });
});

describe("colours", () => {
  test("are switched, remembered, and there before the first paint", async () => {
    await visit({ colorScheme: "light" }, async (page) => {
      await page.goto(home);
      await page.getByRole("button", { name: "Dark colours" }).click();
      assert.equal(await page.locator("html").getAttribute("data-colours"), "dark");
      await page.goto(`${home}apis/`);
      assert.equal(await page.getByRole("button", { name: "Dark colours" }).getAttribute("aria-pressed"), "true");
      // The script in the head runs before there is a body to paint.
      const head = await page.evaluate(() => { const script = document.querySelector("head script[src*=portal]"); return { async: script.async, defer: script.defer, type: script.type }; });
      assert.deepEqual(head, { async: false, defer: false, type: "" });
    });
  });
});

describe("languages", () => {
  test("lead to the same page, and are remembered by its address", async () => {
    await visit({}, async (page) => {
      await page.goto(`${home}guides/first-call/`);
      assert.equal(await page.locator("html").getAttribute("lang"), "en");
      await page.locator(".languages summary").click();
      await accessible(page, "the list of languages");
      await page.getByRole("link", { name: "Deutsch" }).click();
      await page.waitForURL("**/de/guides/first-call/");
      assert.equal(await page.locator("html").getAttribute("lang"), "de");
      assert.match(await page.locator("h1").innerText(), /Erster Aufruf/);
      assert.ok(await page.getByRole("link", { name: "Zum Inhalt springen" }).count());
      const others = await page.locator("link[rel=alternate][hreflang]").evaluateAll((links) => links.map((link) => [link.hreflang, link.href]));
      assert.deepEqual(others.map(([language]) => language), ["en", "x-default", "de", "ar"]);
      assert.ok(others.every(([, href]) => href.endsWith("guides/first-call/")), others.join());
      assert.equal(await page.locator("link[rel=canonical]").getAttribute("href"), `https://developer.example.com${BASE}de/guides/first-call/`);
      await page.goto(`${home}de/apis/orders/place-order/`);
      assert.match(await page.locator("main").innerText(), /Body der Anfrage/);
      await accessible(page, "a page in German");
    });
  });

  test("show what is not translated as it is, and say so", async () => {
    await visit({}, async (page) => {
      await page.goto(`${home}de/guides/errors/`);
      await page.getByText("Diese Seite ist noch nicht übersetzt.").waitFor();
      assert.equal(await page.locator("article").getAttribute("lang"), "en");
      assert.equal(await page.locator("link[rel=canonical]").getAttribute("href"), `https://developer.example.com${BASE}guides/errors/`);
    });
  });

  test("are written from right to left where they are", async () => {
    await visit({}, async (page) => {
      await page.goto(`${home}ar/apis/orders/place-order/`);
      assert.equal(await page.locator("html").getAttribute("dir"), "rtl");
      assert.equal(await page.locator("pre").first().evaluate((pre) => getComputedStyle(pre).direction), "ltr");
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)) <= 0);
      await page.screenshot({ path: path.join(screenshots, "operation-right-to-left.png") });
      await accessible(page, "a page from right to left");
    });
  });
});

describe("addresses", () => {
  test("that lead nowhere are answered with help, at any depth", async () => {
    await visit({}, async (page) => {
      const response = await page.goto(`${home}no/such/page/`);
      assert.equal(response.status(), 404);
      assert.match(await page.locator("h1").innerText(), /Page not found/);
      await accessible(page, "404");
      await page.getByRole("link", { name: "All APIs" }).click();
      await page.waitForURL(`${home}apis/`);
    });
  });

  for (const [old, now] of [
    ["api-details#api=orders&operation=place-order", "apis/orders/place-order/"],
    ["api-details#api=ORDERS&operation=Place-Order", "apis/orders/place-order/"],
    ["api-details#api=orders", "apis/orders/"],
    ["api-details#api=orders&operation=gone", "apis/orders/"],
    ["api-details#api=catalog-v2;rev=2&operation=get-book", "apis/catalog-v2/revisions/2/get-book/"],
    ["api-changelog#api=catalog-v2", "apis/catalog-v2/changes/"],
    ["product#product=partners", "products/partners/"],
    ["apis", "apis/"],
    ["products", "products/"],
  ]) {
    test(`of APIM's portal lead on: ${old}`, async () => {
      await visit({}, async (page) => {
        await page.goto(home + old);
        await page.waitForURL(home + now);
        assert.equal(await page.locator("h1").count(), 1);
      });
    });
  }

  test("of APIM's portal that are unknown are answered with help", async () => {
    await visit({}, async (page) => {
      await page.goto(`${home}api-details#api=nothing&operation=such`);
      await page.getByText("there is nothing here by that name").waitFor();
      await accessible(page, "a page that has moved");
    });
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${home}product#product=partners`);
      await page.getByRole("link", { name: "All products" }).click();
      await page.waitForURL(`${home}products/`);
    });
  });
});

describe("copies", () => {
  test("of a page are its Markdown twin", async () => {
    await visit({ permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
      await page.goto(`${home}apis/orders/place-order/`);
      await page.getByRole("button", { name: "Copy page" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(text, /^# Place an order\n/m);
      assert.match(text, /^## /m);
      assert.ok(!text.includes("<div") && !text.includes("Copy page"), text);
      // Everything that the page says is in it.
      const words = await page.locator("main .said, main h2, main .parameters code").allInnerTexts();
      const bare = (one) => one.replace(/[\s\\*_`#[\]()<>|-]+/g, "").toLowerCase();
      for (const said of words) for (const line of said.split("\n")) assert.ok(bare(text).includes(bare(line.replace(/#$/, ""))), `the twin lacks: ${line}`);
    });
  });

  test("for programs name every page", async () => {
    const short = await (await fetch(`${home}llms.txt`)).text();
    const links = [...short.matchAll(/\]\((\S+)\)/g)].map(([, href]) => href);
    assert.ok(links.length > 10);
    for (const href of links) {
      const answer = await fetch(href.replace(`https://developer.example.com${BASE}`, home));
      assert.equal(answer.status, 200, href);
      assert.match(await answer.text(), /^# /m);
    }
    const full = await (await fetch(`${home}llms-full.txt`)).text();
    assert.match(full, /^# Place an order$/m);
  });

  test("on paper have no controls, and all of the text", async () => {
    await visit({}, async (page) => {
      await page.goto(`${home}apis/orders/place-order/`);
      await page.emulateMedia({ media: "print" });
      for (const hidden of [".search-link", ".theme-switch", ".page-tools", ".bar"]) assert.ok(await page.locator(hidden).first().isHidden(), hidden);
      const closed = page.locator("details.response:not([open]) .response-inside").first();
      if (await closed.count()) assert.ok(await closed.isVisible(), "what is closed on the screen is open on paper");
    });
  });
});
