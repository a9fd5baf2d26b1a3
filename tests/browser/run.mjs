// The example service as a newcomer meets it: `portico dev`, the portal in a browser, calls to the gateway.
//
// Pictures of the pages go to SCREENSHOTS; `make screenshots` takes the README's picture from there. Look at them after
// every change to templates: a machine finds a page that scrolls sideways, but not one that is ugly.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launchChromium, screenshots, startPortico } from "./portico.mjs";

// One page of each kind, and what its main heading says.
const PAGES = [
  { name: "home", address: "/", heading: /Saltmarsh Books|Build with books/ },
  { name: "apis", address: "/apis/", heading: /APIs/ },
  { name: "api", address: "/apis/catalog-v2/", heading: /Catalogue/ },
  { name: "api-old-version", address: "/apis/catalog-v1/", heading: /Catalogue/ },
  { name: "operation", address: "/apis/catalog-v2/list-books/", heading: /List books/ },
  { name: "operation-with-body", address: "/apis/orders/place-order/", heading: /Place an order/ },
  { name: "callback", address: "/apis/orders/place-order/callbacks/order-status/", heading: /The status of an order changed/ },
  { name: "products", address: "/products/", heading: /Products/ },
  { name: "product", address: "/products/partners/", heading: /Partners/ },
  { name: "guide", address: "/guides/first-call/", heading: /Your first call/ },
];
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROWEST = { width: 320, height: 640 };
// What WCAG asks of text of ordinary size.
const CONTRAST_MIN = 4.5;

const KEY = "Ocp-Apim-Subscription-Key";
const ALICE = { [KEY]: "bookstore-alice-key" };
const BOB = { [KEY]: "bookstore-bob-key" };

let portico;
let browser;

before(async () => {
  await mkdir(screenshots, { recursive: true });
  portico = await startPortico();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  const end = await portico?.stop();
  if (end) assert.deepEqual(end, { code: 0, signal: null }, `after SIGTERM, portico ended badly:\n${portico.output()}`);
});

describe("the portal", () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      test(`looks right: ${device}, ${colorScheme}`, async () => {
        await visit({ viewport, colorScheme }, async (page, problems) => {
          for (const { name, address, heading } of PAGES) {
            const answer = await page.goto(portico.portal + address);
            assert.equal(answer.status(), 200, address);
            const title = await page.locator("h1").innerText();
            assert.match(title, heading, `${address} is headed "${title}"`);
            assert.ok((await contrast(page)) >= CONTRAST_MIN, `${address}: text and background are too alike`);
            assert.ok((await sidewaysBy(page)) <= 0, `${address} scrolls sideways at ${viewport.width} px`);
            await page.screenshot({ path: path.join(screenshots, `${name}-${device}-${colorScheme}.png`), fullPage: true });
          }
          assert.deepEqual(problems, []);
        });
      });
    }
  }

  test("is dark for those who like it dark", async () => {
    const brightness = {};
    for (const colorScheme of ["light", "dark"]) {
      await visit({ viewport: DESKTOP, colorScheme }, async (page) => {
        await page.goto(portico.portal);
        brightness[colorScheme] = (await colours(page)).background;
      });
    }
    assert.ok(luminance(brightness.light) > 0.8 && luminance(brightness.dark) < 0.1, JSON.stringify(brightness));
  });

  test("fits on the narrowest phone", async () => {
    await visit({ viewport: NARROWEST }, async (page) => {
      for (const { address } of PAGES) {
        await page.goto(portico.portal + address);
        assert.ok((await sidewaysBy(page)) <= 0, `${address} scrolls sideways at ${NARROWEST.width} px`);
      }
      // Names as Stripe has them: nothing in them to break at.
      await page.goto(`${portico.portal}/apis/catalog-v2/get-book/`);
      await page.evaluate((name) => {
        for (const place of document.querySelectorAll("h1, .neighbours a, .crumbs a, .subject a, .sidebar a")) place.append(name);
      }, "PostTestHelpersTerminalReadersReaderPresentPaymentMethod_and_more");
      assert.ok((await sidewaysBy(page)) <= 0, "long names push the page sideways");
    });
  });

  test("reads and navigates without JavaScript", async () => {
    await visit({ viewport: DESKTOP, javaScriptEnabled: false }, async (page, problems) => {
      await page.goto(portico.portal);
      await page.locator('a[href$="apis/"]:visible').first().click();
      await page.locator('main a[href$="catalog-v2/"]:visible').first().click();
      await page.locator('a[href$="get-book/"]:visible').first().click();
      assert.match(await page.locator("h1").innerText(), /Get a book/);
      assert.ok(!(await page.locator(".menu-close").isVisible()), "beside a page, the navigation cannot be closed");
      const text = await page.locator("main").innerText();
      for (const expected of ["/books/{isbn}", "ISBN-13", "404", "curl"]) assert.ok(text.includes(expected), `no ${expected} on the page of get-book`);
      assert.deepEqual(problems, []);
    });
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`opens the navigation on a phone, ${javaScriptEnabled ? "over the page" : "without JavaScript"}`, async () => {
      await visit({ viewport: PHONE, javaScriptEnabled }, async (page) => {
        await page.goto(`${portico.portal}/apis/orders/place-order/`);
        const navigation = page.locator("#sidebar");
        assert.ok(!(await navigation.isVisible()));
        await page.locator(".menu-button").click();
        assert.ok(await navigation.isVisible());
        await navigation.locator(".menu-close").click();
        assert.ok(!(await navigation.isVisible()));
        await page.locator(".menu-button").click();
        await navigation.getByRole("link", { name: "Track an order" }).click();
        assert.match(await page.locator("h1").innerText(), /Track an order/);
      });
    });
  }

  test("says in its markup what each page is", async () => {
    await visit({ viewport: DESKTOP }, async (page) => {
      const titles = new Set();
      for (const { address } of PAGES) {
        await page.goto(portico.portal + address);
        assert.equal(await page.locator("h1").count(), 1, `${address}: headings of the first level`);
        assert.equal(await page.locator("main").count(), 1, `${address}: main`);
        assert.ok(await page.locator("html").getAttribute("lang"), `${address}: lang`);
        titles.add(await page.title());
      }
      assert.equal(titles.size, PAGES.length, `two pages have one title: ${[...titles].join(" | ")}`);
    });
  });

  test("has no dead links", async () => {
    const seen = new Map([[`${portico.portal}/`, "the start"]]);
    const dead = [];
    for (const [address, from] of seen) {
      const answer = await fetch(address);
      const body = await answer.text();
      if (answer.status !== 200) dead.push(`${address} (${answer.status}), linked from ${from}`);
      if (!answer.headers.get("content-type")?.startsWith("text/html")) continue;
      for (const [, link] of body.matchAll(/(?:href|src)="([^"]*)"/g)) {
        const to = new URL(link.replaceAll("&amp;", "&"), address);
        to.hash = "";
        if (to.origin === portico.portal && !seen.has(to.href)) seen.set(to.href, address);
      }
    }
    assert.deepEqual(dead, []);
    assert.ok(seen.size > 40, `only ${seen.size} addresses: is the whole site linked?`);
  });

  test("has a page for what is not there", async () => {
    assert.equal((await fetch(`${portico.portal}/no/such/page/`)).status, 404);
  });

  test("sits for its portrait", async () => {
    await visit({ viewport: DESKTOP, colorScheme: "light" }, async (page) => {
      await page.goto(`${portico.portal}/apis/orders/place-order/`);
      await page.screenshot({ path: path.join(screenshots, "readme.png") });
    });
  });
});

describe("the gateway", () => {
  const MIDDLEMARCH = "/catalog/v2/books/9780141439549";

  test("answers with a key, through the component", async () => {
    const answer = await call("/shop/orders/SM-1001", { headers: ALICE });
    assert.equal(answer.status, 200);
    assert.equal(answer.json.status, "shipped");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("x-shop"), "Saltmarsh Books");
  });

  test("takes the key from the query, too", async () => {
    assert.equal((await call("/shop/orders?subscription-key=bookstore-alice-key-2")).status, 200);
  });

  test("refuses without a key, as APIM does", async () => {
    const answer = await call("/shop/orders");
    assert.equal(answer.status, 401);
    assert.equal(answer.statusText, "Access Denied");
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal(answer.headers.get("content-length"), "152");
    assert.match(answer.headers.get("www-authenticate"), /^AzureApiManagementKey realm="https?:\/\/127\.0\.0\.1:\d+\/shop",name="Ocp-Apim-Subscription-Key",type="header"$/);
    assert.equal(
      answer.text,
      '{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API." }',
    );
  });

  test("refuses a key that is not active, even where none is needed", async () => {
    for (const address of ["/shop/orders", MIDDLEMARCH]) {
      const answer = await call(address, { headers: BOB });
      assert.equal(answer.status, 401);
      assert.equal(
        answer.text,
        '{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription." }',
      );
    }
  });

  test("lets everyone into an open product, and knows partners by their key", async () => {
    const open = await call(MIDDLEMARCH);
    assert.equal(open.status, 200);
    assert.equal(open.json.title, "Middlemarch");
    assert.equal(open.headers.get("cache-control"), "public, max-age=60");
    const partner = await call(MIDDLEMARCH, { headers: ALICE });
    assert.equal(partner.status, 200);
    assert.equal(partner.headers.get("cache-control"), "private, max-age=60");
  });

  test("keeps versions and revisions apart", async () => {
    const old = await call("/catalog/v1/books/9780141439549");
    assert.equal(old.json.link, "/catalog/v1/books/9780141439549");
    assert.equal(old.headers.get("sunset"), "Wed, 30 Jun 2027 22:00:00 GMT");
    assert.equal((await call("/catalog/v2;rev=2/books/9780141439549/similar")).status, 200);
    assert.equal((await call("/catalog/v2/books/9780141439549/similar")).status, 404);
  });

  test("rewrites a call for its backend", async () => {
    const answer = await call("/shop/orders/SM-1002/cancel", { method: "POST", headers: ALICE });
    assert.equal(answer.status, 202);
    assert.deepEqual(answer.json, { order: "SM-1002", status: "cancelled", refund: { amount: "8.90", currency: "EUR" } });
  });

  test("answers by itself where a policy says so", async () => {
    const answer = await call("/catalog/v2/shop");
    assert.equal(answer.status, 200);
    assert.equal(answer.json.name, "Saltmarsh Books");
  });

  test("says what is not there, as APIM does", async () => {
    const answer = await call("/no/such/api");
    assert.equal(answer.status, 404);
    assert.equal(answer.text, '{ "statusCode": 404, "message": "Resource not found" }');
  });
});

// Opens a page in a context of its own; `problems` gathers what a reader would not see: errors, and requests to elsewhere.
async function visit(options, look) {
  const context = await browser.newContext(options);
  const problems = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && problems.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
    // The stream of news about changes ends with its page; everything else must arrive.
    page.on("requestfailed", (request) => {
      if (new URL(request.url()).pathname !== "/_preview/news") problems.push(`failed: ${request.url()}`);
    });
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:" && origin !== portico.portal) problems.push(`outside: ${request.url()}`);
    });
    await look(page, problems);
  } finally {
    await context.close();
  }
}

// How far a page can be pushed sideways.
function sidewaysBy(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

// The colours of the page's text and of what is behind it, as [red, green, blue].
function colours(page) {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgb = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const main = document.querySelector("main");
    let behind = main;
    let background = rgb(getComputedStyle(behind).backgroundColor);
    while (background[3] === 0 && behind.parentElement) {
      behind = behind.parentElement;
      background = rgb(getComputedStyle(behind).backgroundColor);
    }
    if (background[3] === 0) background = rgb("Canvas");
    return { text: rgb(getComputedStyle(main).color).slice(0, 3), background: background.slice(0, 3) };
  });
}

async function contrast(page) {
  const { text, background } = await colours(page);
  const [bright, dark] = [luminance(text), luminance(background)].sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

// Relative luminance as WCAG defines it.
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

async function call(address, options = {}) {
  const answer = await fetch(portico.gateway + address, options);
  const text = await answer.text();
  const isJson = /[/+]json/.test(answer.headers.get("content-type") ?? "");
  return { status: answer.status, statusText: answer.statusText, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
}
