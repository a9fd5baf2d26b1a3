// How ten pages look, compared with the pictures in `looks/`: a change of style shows before a reader sees it.
//
// Pictures have half the size of what a browser shows, and one font that every machine with these tests has, so that they
// differ in nothing but the page. `UPDATE=1` takes them anew; look at what git says of them. A page that differs is put beside
// its expectation in SCREENSHOTS, with the difference in red.

import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { servePortal } from "./portal.mjs";
import { launchChromium, screenshots } from "./portico.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const FONTS = `:root { --sans: "DejaVu Sans"; --mono: "DejaVu Sans Mono"; } * { caret-color: transparent !important; transition: none !important; animation: none !important; }`;
// Which part of a picture may differ: edges of letters do, from one version of a browser to the next.
const DIFFERENT_MAX = 0.004;

const DESKTOP = { viewport: { width: 1440, height: 1000 } };
const DARK = { ...DESKTOP, colorScheme: "dark" };
const PHONE = { viewport: { width: 390, height: 844 } };

// What each picture shows; `then` brings the page to where it is looked at.
const LOOKS = [
  { name: "home", address: "/", options: DESKTOP },
  { name: "apis", address: "/apis/", options: DARK },
  { name: "api", address: "/apis/catalog-v2/", options: DESKTOP },
  { name: "operation", address: "/apis/orders/place-order/", options: DESKTOP },
  { name: "operation-dark", address: "/apis/catalog-v2/get-book/", options: DARK },
  { name: "operation-phone", address: "/apis/orders/place-order/", options: PHONE },
  { name: "schema", address: "/apis/orders/schemas/payment/", options: DESKTOP },
  { name: "changes", address: "/apis/catalog-v2/changes/", options: DESKTOP },
  { name: "product", address: "/products/partners/", options: DESKTOP },
  { name: "guide", address: "/guides/orders/", options: DARK },
  { name: "guide-phone", address: "/guides/first-call/", options: PHONE },
  { name: "search", address: "/apis/", options: DESKTOP, then: search },
  { name: "console", address: "/apis/orders/place-order/", options: DESKTOP, then: openConsole },
];

let portal;
let browser;

before(async () => {
  portal = await servePortal(undefined, { policy: "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'" });
  browser = await launchChromium();
  await mkdir(screenshots, { recursive: true });
  await mkdir(path.join(here, "looks"), { recursive: true });
});

after(async () => {
  await browser?.close();
  await portal?.stop();
});

async function search(page) {
  await page.keyboard.press("/");
  await page.locator("dialog").getByRole("combobox").fill("order");
  await page.locator("dialog").getByRole("option").first().waitFor();
}

async function openConsole(page) {
  await page.locator(".try").click();
  await page.getByRole("button", { name: "Send", exact: true }).waitFor();
  await page.evaluate(() => document.activeElement.blur());
}

async function picture({ address, options, then }) {
  const context = await browser.newContext({ ...options, deviceScaleFactor: 0.5, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    await page.goto(portal.origin + address);
    await page.addStyleTag({ content: FONTS });
    await then?.(page);
    await page.evaluate(() => document.fonts.ready);
    return PNG.sync.read(await page.screenshot());
  } finally {
    await context.close();
  }
}

describe("the looks of a portal", () => {
  for (const look of LOOKS) {
    test(look.name, async () => {
      const file = path.join(here, `looks/${look.name}.png`);
      const seen = await picture(look);
      if (process.env.UPDATE) return writeFile(file, PNG.sync.write(seen));
      assert.ok(await stat(file).catch(() => undefined), `there is no looks/${look.name}.png; UPDATE=1 takes it`);
      const expected = PNG.sync.read(await readFile(file));
      const { width, height } = expected;
      assert.deepEqual([seen.width, seen.height], [width, height], "the picture has another size");
      const difference = new PNG({ width, height });
      const pixels = pixelmatch(expected.data, seen.data, difference.data, width, height, { threshold: 0.15 });
      if (pixels > DIFFERENT_MAX * width * height) {
        const shown = path.join(screenshots, `looks-${look.name}`);
        await writeFile(`${shown}.png`, PNG.sync.write(seen));
        await writeFile(`${shown}-difference.png`, PNG.sync.write(difference));
        assert.fail(`${pixels} of ${width * height} pixels differ: ${shown}.png and ${shown}-difference.png; if it is as it should be, take it with UPDATE=1`);
      }
    });
  }
});
