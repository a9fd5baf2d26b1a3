// What the tests need: `portico dev` on the example service or another, on ports that are free now, stopped again; and a browser.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
/** Where everything is built. */
export const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const binary = process.env.PORTICO ?? path.join(target, "debug/portico");

/** Where pictures of pages go. */
export const screenshots = process.env.SCREENSHOTS ?? path.join(target, "screenshots");

// The first start compiles the component for this machine; in a debug build that takes a while.
const START_MS_MAX = 120_000;
const STOP_MS_MAX = 15_000;

/** Debian's Chromium, without what it would do on its own. */
export function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Starts it with a service folder, and waits until it says that it is healthy. `prepare` is told the ports before. */
export async function startPortico(folder = "examples/bookstore", more = [], prepare = () => {}) {
  if (!existsSync(binary)) throw new Error(`no ${binary}: run \`cargo build --workspace --bins\`, or set PORTICO`);
  const [gateway, portal, health, management] = await freePorts(4);
  const flags = ["--gateway-port", gateway, "--portal-port", portal, "--health-port", health, "--management-port", management].map(String);
  await prepare({ gateway, portal });
  const child = spawn(binary, ["dev", path.resolve(root, folder), ...flags, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  const exited = once(child, "exit");
  const running = {
    gateway: `http://127.0.0.1:${gateway}`,
    portal: `http://127.0.0.1:${portal}`,
    health: `http://127.0.0.1:${health}`,
    output: () => output,
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
      const [code, signal] = await exited;
      clearTimeout(late);
      return { code, signal };
    },
  };
  const deadline = Date.now() + START_MS_MAX;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await isHealthy(running.health)) return running;
    await sleep(50);
  }
  child.kill("SIGKILL");
  throw new Error(`portico dev did not become healthy:\n${output}`);
}

async function isHealthy(address) {
  try {
    return (await fetch(`${address}/health/ready`)).ok;
  } catch {
    return false;
  }
}

// All are open at the same time, so that no two are the same.
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
