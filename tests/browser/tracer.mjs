// The engine in a browser: what the tracer says in Chromium is what `portal-gen` says on this machine, and it is small enough to
// be downloaded.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { launchChromium, target } from "./portico.mjs";

const MODULE = process.env.TRACER ?? path.join(target, "tracer");
const PORTAL_GEN = process.env.PORTAL_GEN ?? path.join(target, "debug/portal-gen");
const ADDRESS = "http://tracer.example/";
// What people wait for on a phone.
const GZIPPED_BYTES_MAX = 1_500_000;

const BROKEN = `<policies>
  <inbound>
    <set-header nmae="X-Channel"><value>web</value></set-header>
    <set-variable name="page" value="@(context.Request.Mehtod)" />
    <rate-limit calls="10" renewal-period="60" />
  </inbound>
</policies>
`;

const WORKING = `<policies>
  <inbound>
    <base />
    <set-variable name="stock" value="@(JObject.Parse("{\\"copies\\":3}"))" />
    <choose>
      <when condition="@(context.Request.Headers.GetValueOrDefault("X-Ring", "") == "canary")">
        <rewrite-uri template="/canary" />
      </when>
      <otherwise><set-header name="X-Ring"><value>main</value></set-header></otherwise>
    </choose>
    <set-header name="X-Request-Id"><value>@(context.RequestId.ToString())</value></set-header>
    <set-header name="X-Signed"><value>@{
      using (var hash = new System.Security.Cryptography.HMACSHA256(Encoding.UTF8.GetBytes("key"))) {
        return Convert.ToBase64String(hash.ComputeHash(Encoding.UTF8.GetBytes(DateTime.UtcNow.ToString("o"))));
      }
    }</value></set-header>
  </inbound>
  <backend><retry condition="@(context.Response.StatusCode == 503)" count="3" interval="1"><forward-request buffer-request-body="true" /></retry></backend>
  <outbound>
    <set-body>@{
      var books = context.Response.Body.As<JObject>();
      books["time"] = TimeZoneInfo.ConvertTimeBySystemTimeZoneId(DateTime.UtcNow, "Europe/Lisbon").ToString("HH:mm");
      return books.ToString(Newtonsoft.Json.Formatting.None);
    }</set-body>
  </outbound>
  <on-error><set-status code="599" reason="@(context.LastError.Reason)" /></on-error>
</policies>
`;

const REQUEST = `POST /books/7?page=2
X-Ring: canary
Content-Type: application/json

{"title":"Emma"}`;

const WORLD = `now 2026-07-01T10:00:00Z
random seed 42
forward -> 503
forward after 2s -> 200 [Content-Type: application/json] {"books":[]}`;

// The service in which cases happen, as a folder: one API that takes everything, from anybody.
const SERVICE = {
  "apis/anything/apiInformation.yaml": "properties: { path: '', serviceUrl: 'http://backend.example', subscriptionRequired: false }\n",
  "apis/anything/specification.yaml": `openapi: 3.0.3
info: { title: Anything, version: "1" }
paths:
  /{*path}:
    get: { operationId: get, responses: { "200": { description: any } } }
    post: { operationId: post, responses: { "200": { description: any } } }
`,
};

let folder;
let browser;
let page;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "portico-tracer-"));
  browser = await launchChromium();
  page = await browser.newPage();
  // No server: the browser is given the files as it asks for them.
  await page.route(`${ADDRESS}**`, (route) => {
    const name = path.basename(new URL(route.request().url()).pathname);
    const isModule = name.startsWith("tracer");
    return route.fulfill(isModule ? { path: path.join(MODULE, name) } : { contentType: "text/html", body: "<!doctype html><title>Tracer</title>" });
  });
  await page.goto(ADDRESS);
  await page.evaluate(async () => {
    globalThis.tracer = await import("/tracer.js");
    await globalThis.tracer.default();
  });
});

after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

describe("the tracer", () => {
  test("finds what is wrong with a policy", async () => {
    const found = await check(BROKEN);
    assert.deepEqual(found, checkedNatively(BROKEN));
    const ids = ["policy/attribute-missing", "policy/attribute-unknown", "expression/member-unknown"];
    for (const id of ids) assert.ok(found.some((finding) => finding.id === id), `no ${id} in ${JSON.stringify(found)}`);
    assert.deepEqual(await check(WORKING), []);
  });

  test("shows what a policy does", async () => {
    const traced = await trace(WORKING, fenced("http given", REQUEST) + fenced("host", WORLD));
    const native = tracedNatively(WORKING, REQUEST, WORLD);
    assert.deepEqual(traced.diagnostics, []);
    assert.deepEqual(traced.problems, []);
    assert.deepEqual({ ...traced.trace, traceId: "portal-gen" }, native.trace);
    assert.equal(traced.text, native.text);
    assert.match(traced.upstream, /^POST http:\/\/backend\.example\/canary\?page=2\n/);
    assert.match(traced.response, /^HTTP\/1\.1 200 OK\n[^]*"time":"11:00"/);
  });

  test("says what is wrong with a policy, or with the case, in their own lines", async () => {
    const broken = await trace(BROKEN, "");
    assert.deepEqual(Object.keys(broken), ["diagnostics"]);
    assert.deepEqual(broken.diagnostics.map(({ file, range }) => [file, range.start.line]), [["policy", 2], ["policy", 2], ["policy", 3], ["policy", 4]]);
    const { diagnostics } = await trace(WORKING, fenced("http given", "GET /\nno field"));
    assert.deepEqual(diagnostics.map(({ id, file, range }) => [id, file, range.start.line]), [["case/header", "case", 2]]);
    const { problems } = await trace(WORKING, fenced("host", "forward -> 200 {}\nsend -> 200"));
    assert.deepEqual(problems, ["line 3: nobody asks for this answer\n"]);
  });

  test("takes a page of cases, and no case at all", async () => {
    const given = (path) => fenced("http given", `GET ${path}`);
    const policy = "<policies><inbound><return-response /></inbound></policies>";
    const { upstream, response } = await trace(policy, `# Books\n\n## One\n\n${given("/1")}## Two\n\n${given("/2")}`);
    assert.deepEqual([upstream, response], ["nothing\n", "HTTP/1.1 200 OK\n"]);
    assert.equal((await trace(policy, "")).response, "HTTP/1.1 200 OK\n");
  });

  // A browser gives code a stack of its own size.
  test("stays whole where a policy is as deep as it may be, or deeper", async () => {
    const variable = (code) => `<policies><inbound><set-variable name="a" value="@${code}" /></inbound></policies>`;
    const written = [100, 400, 100_000].flatMap((depth) => [
      variable(`(${"1 + ".repeat(depth)}1)`),
      variable(`(${"(".repeat(depth)}1${")".repeat(depth)})`),
      `<policies><inbound>${"<choose><when condition='true'>".repeat(depth)}${"</when></choose>".repeat(depth)}</inbound></policies>`,
    ]);
    for (const policy of written) assert.deepEqual(await check(policy), checkedNatively(policy), policy.slice(0, 200));
    const running = [
      "{ int Down(int n) => Down(n + 1); return Down(0); }",
      "{ var q = Enumerable.Range(0, 3); for (var i = 0; i < 5000; i++) { q = q.Select(x => x + 1); } return q.First(); }",
      `{ var s = XElement.Parse("<a><b/></a>").Elements(); for (int i = 0; i < 1000; i++) { s = s.AncestorsAndSelf("b"); } return s.Count(); }`,
    ];
    for (const code of running) {
      const { text } = await trace(variable(code), "");
      assert.equal(text, tracedNatively(variable(code), "GET /", "").text);
      assert.match(text, /nests more than 2,400 operations/);
    }
    assert.deepEqual(await check(WORKING), []);
  });

  test("is small enough to be downloaded", () => {
    const bytes = gzipSync(readFileSync(path.join(MODULE, "tracer_bg.wasm")), { level: 9 }).length;
    console.log(`the tracer has ${bytes} bytes, gzipped`);
    assert.ok(bytes <= GZIPPED_BYTES_MAX, `the tracer has ${bytes} bytes, gzipped; ${GZIPPED_BYTES_MAX} are allowed`);
  });
});

async function check(policy) {
  return JSON.parse(await page.evaluate((policy) => globalThis.tracer.check(policy), policy));
}

async function trace(policy, text) {
  return JSON.parse(await page.evaluate(([policy, text]) => globalThis.tracer.trace(policy, text), [policy, text]));
}

function checkedNatively(policy) {
  write({ policy });
  return JSON.parse(portalGen("check", "policy", "--format", "json")).diagnostics;
}

/** The same policy in a service folder, where the file has a longer name. */
function tracedNatively(policy, request, host) {
  write({ ...SERVICE, "apis/anything/policy.xml": policy }, "service");
  write({ "request.http": request, "host.md": `# World\n\n${fenced("host", host)}${fenced("http sent", "")}` });
  const flags = ["trace", "service", "--request", "request.http", "--host", "host.md", "--format"];
  const [text, json] = ["text", "json"].map((format) => portalGen(...flags, format).replaceAll("apis/anything/policy.xml", "policy"));
  return { text, trace: JSON.parse(json) };
}

function fenced(words, text) {
  return `\`\`\`${words}\n${text}\n\`\`\`\n`;
}

function write(files, below = ".") {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, below, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** It ends with 1 where it finds something, which is no failure here. */
function portalGen(...flags) {
  try {
    return execFileSync(PORTAL_GEN, flags, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
  } catch (failure) {
    if (failure.status === 1) return failure.stdout;
    throw new Error(`portal-gen ${flags.join(" ")}: ${failure.stderr ?? failure}`);
  }
}
