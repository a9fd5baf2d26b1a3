// The reference pages of the example service, built and served as plain files: schemas that open in place, the choice of
// versions, and what changed between them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { servePortal } from "./portal.mjs";
import { launchChromium } from "./portico.mjs";

let portal;
let address;
let browser;

before(async () => {
  portal = await servePortal();
  address = portal.origin;
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await portal?.stop();
});

async function visit(options, look) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  try {
    await look(page);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

/** The first page of the site with something that matches; every page is looked at in the order of the site map. */
async function pageWith(page, selector) {
  const map = await (await fetch(`${address}/sitemap.xml`)).text();
  for (const [, location] of map.matchAll(/<loc>([^<]*)<\/loc>/g)) {
    await page.goto(address + location);
    if (await page.locator(selector).count()) return location;
  }
  return assert.fail(`no page has ${selector}`);
}

describe("the reference", () => {
  test("opens a schema in place, from its own page", async () => {
    await visit({}, async (page) => {
      await pageWith(page, "article details.lazy");
      const details = page.locator("article details.lazy").first();
      const target = await details.locator("a").getAttribute("href");
      await details.locator("summary").first().click();
      await details.locator(".properties").first().waitFor();
      assert.ok((await details.locator(".property code").count()) > 0, `nothing of ${target} is shown`);
      assert.equal(await details.locator("[id]").count(), 0, "what was fetched brings no anchors along");
      for (const link of await details.locator("a[href]").all()) {
        const answer = await fetch(new URL(await link.getAttribute("href"), page.url()));
        assert.equal(answer.status, 200, await link.getAttribute("href"));
      }
    });
  });

  test("leads to the schema's page without JavaScript", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await pageWith(page, "article details.lazy");
      const details = page.locator("article details.lazy").first();
      await details.locator("summary").click();
      await details.locator("a").click();
      assert.match(page.url(), /\/schemas\//);
      assert.equal(await page.locator("h1").count(), 1);
    });
  });

  test("leads from an operation to the same one of another version", async () => {
    await visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${address}/apis/catalog-v2/list-books/`);
      await page.locator(".chooser summary").first().click();
      await page.locator(".chooser a", { hasText: "v1" }).click();
      assert.equal(new URL(page.url()).pathname, "/apis/catalog-v1/list-books/");
    });
  });

  test("says what changed between versions, and offers it as a feed", async () => {
    await visit({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } }, async (page) => {
      await page.goto(`${address}/apis/catalog-v2/changes/`);
      assert.ok((await page.locator(".change").count()) > 0);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth).catch(() => 0);
      assert.ok(wide <= 0, `it scrolls sideways by ${wide} px`);
      const feed = await fetch(new URL(await page.locator("link[type='application/rss+xml']").getAttribute("href"), page.url()));
      assert.match(await feed.text(), /<item>/);
    });
  });

  test("has downloads that can be read", async () => {
    await visit({}, async (page) => {
      await page.goto(`${address}/apis/catalog-v2/`);
      const links = await page.locator(".downloads a").all();
      assert.equal(links.length, 7);
      for (const link of links) {
        const href = await link.getAttribute("href");
        const text = await (await fetch(new URL(href, page.url()))).text();
        if (href.endsWith(".json")) assert.ok(JSON.parse(text).info, href);
        else assert.match(text, /^(openapi|swagger): "/, href);
      }
    });
  });
});
