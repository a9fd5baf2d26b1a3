// A portal as its readers get it: built by portal-gen, and served as plain files by a server that knows nothing of it.

import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { target } from "./portico.mjs";

const binary = process.env.PORTAL_GEN ?? path.join(target, "debug/portal-gen");
/** The folder of the example service. */
export const bookstore = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../examples/bookstore");

// What docs/portal.md recommends for a portal without the console.
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const TYPES = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown; charset=utf-8",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  xml: "application/xml",
};

/** Builds the portal of a folder, and serves it below `base`: directories with a slash, `404.html` for what is not there. */
export async function servePortal(folder = bookstore, { base = "/", more = [], policy = POLICY } = {}) {
  const directory = await mkdtemp(path.join(os.tmpdir(), "portico-portal-"));
  const site = path.join(directory, "site");
  const built = spawnSync(binary, ["build", folder, "--out", site, ...more], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
  const server = createServer(async (request, response) => {
    const pathname = decodeURIComponent(new URL(request.url, "http://x").pathname);
    let file = pathname.startsWith(base) ? path.join(site, pathname.slice(base.length)) : undefined;
    const about = file && (await stat(file).catch(() => undefined));
    if (about?.isDirectory() && !pathname.endsWith("/")) return response.writeHead(301, { location: `${pathname}/` }).end();
    if (about?.isDirectory()) file = path.join(file, "index.html");
    const bytes = file && (await readFile(file).catch(() => undefined));
    const name = bytes ? file : path.join(site, "404.html");
    const type = TYPES[name.split(".").pop()] ?? "application/octet-stream";
    response.writeHead(bytes ? 200 : 404, { "content-type": type, "content-security-policy": policy }).end(bytes ?? (await readFile(name)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** What the build said. */
    said: built.stderr,
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
