// Pages of other origins in a real browser, against the running gateway: what Chromium lets a page read is what `cors` says.
//
// The service is in pages/. A page knows nothing of the gateway but its address, so each test is a `fetch` in a page.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launchChromium, startPortico } from "./portico.mjs";

const KEY = "Ocp-Apim-Subscription-Key";
const ALICE = { [KEY]: "alices-key" };

let shop;
let stranger;
let secrets;
let portico;
let browser;

before(async () => {
  [shop, stranger] = await Promise.all([servePages(), servePages()]);
  secrets = mkdtempSync(path.join(tmpdir(), "portico-cors-"));
  const file = path.join(secrets, "secrets.yaml");
  writeFileSync(file, `subscriptions: { alice: { primary: alices-key } }\nnamed values: { shop-origin: "${shop.origin}" }\n`);
  portico = await startPortico("tests/browser/pages", ["--secrets", file]);
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  await portico?.stop();
  shop?.close();
  stranger?.close();
  if (secrets) rmSync(secrets, { recursive: true });
});

describe("a page of an allowed origin", () => {
  test("reads a simple answer, and the headers that are exposed", async () => {
    const answer = await call(shop, "/orders/7?subscription-key=alices-key");
    assert.deepEqual(answer, { status: 200, body: "GET no cookie", stock: "3", shelf: null });
  });

  test("is asked about first where it sends a key in a header", async () => {
    assert.equal((await call(shop, "/orders/7", { headers: ALICE })).status, 200);
    const put = { method: "PUT", headers: { ...ALICE, "Content-Type": "application/json" }, body: "{}" };
    assert.equal((await call(shop, "/orders/7", put)).body, "PUT no cookie");
  });

  test("sends cookies where it wants to", async () => {
    const cookie = { name: "reader", value: "alice", url: portico.gateway };
    const credentials = { headers: ALICE, credentials: "include" };
    assert.equal((await call(shop, "/orders/7", credentials, cookie)).body, "GET reader=alice");
    assert.equal((await call(shop, "/orders/7", { headers: ALICE }, cookie)).body, "GET no cookie");
  });

  test("reads why it is refused, or what went wrong", async () => {
    for (const [address, init, status] of [
      ["/orders/7", {}, 401],
      ["/orders/7?subscription-key=bobs-key", {}, 401],
      ["/orders/7/lines/9", { headers: ALICE }, 404],
      ["/orders/broken/7", { headers: ALICE }, 500],
    ]) {
      const answer = await call(shop, address, init);
      assert.equal(answer.status, status, address);
      assert.equal(JSON.parse(answer.body).statusCode, status, address);
    }
  });

  test("is stopped where it wants more than it may", async () => {
    assert.match(await call(shop, "/orders/7", { method: "DELETE", headers: ALICE }), /Failed to fetch/);
    assert.match(await call(shop, "/orders/7", { headers: { ...ALICE, "X-Channel": "web" } }), /Failed to fetch/);
  });
});

describe("a page of any other origin", () => {
  test("reads nothing, with a key or without", async () => {
    assert.match(await call(stranger, "/orders/7?subscription-key=alices-key"), /Failed to fetch/);
    assert.match(await call(stranger, "/orders/7"), /Failed to fetch/);
    assert.match(await call(stranger, "/orders/7/lines/9"), /Failed to fetch/);
  });

  test("is stopped before it sends what a form could not", async () => {
    assert.match(await call(stranger, "/orders/7", { headers: ALICE }), /Failed to fetch/);
    assert.match(await call(stranger, "/orders/7", { method: "PUT", headers: ALICE, credentials: "include" }), /Failed to fetch/);
  });
});

/** Calls the gateway from a page: what the page can read, or the error that it gets. */
async function call(pages, address, init = {}, cookie = undefined) {
  const context = await browser.newContext();
  try {
    if (cookie) await context.addCookies([cookie]);
    const page = await context.newPage();
    await page.goto(pages.origin);
    return await page.evaluate(
      async ([url, init]) => {
        try {
          const answer = await fetch(url, init);
          const [stock, shelf] = ["X-Stock", "X-Shelf"].map((name) => answer.headers.get(name));
          return { status: answer.status, body: await answer.text(), stock, shelf };
        } catch (error) {
          return String(error);
        }
      },
      [portico.gateway + address, init],
    );
  } finally {
    await context.close();
  }
}

/** An origin with one empty page. */
async function servePages() {
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end("<!doctype html><title>A page</title>"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
