// How long an author waits: from a change in one file until the open page in `portal-gen preview` says what changed.
//
//   node bench/preview.mjs PORTAL_GEN FOLDER PAGE FILE TEXT
//
// FOLDER is copied. TEXT stands in FILE and on PAGE (an address: /apis/github/meta-root/); each turn puts a number behind it. Printed are
// the median and the slowest of eleven turns, in milliseconds, page fetched.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const TURNS = 11;
const [binary, folder, page, file, text] = process.argv.slice(2);
if (!text) throw new Error("usage: node bench/preview.mjs PORTAL_GEN FOLDER PAGE FILE TEXT");
const directory = mkdtempSync(path.join(os.tmpdir(), "portico-preview-"));
const copy = path.join(directory, "folder");
cpSync(folder, copy, { recursive: true });
const child = spawn(binary, ["preview", copy, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
try {
  let said = "";
  child.stdout.on("data", (bytes) => (said += bytes));
  while (!/http:\/\/\S+/.test(said)) await sleep(20);
  const origin = said.match(/http:\/\/[^/\s]+/)[0];
  // What the page's script does: it listens for news, and reloads.
  const news = (await fetch(`${origin}/_preview/news?page=${page}`)).body.pipeThrough(new TextDecoderStream()).getReader();
  await news.read();
  const original = readFileSync(path.join(copy, file), "utf8");
  if (!original.includes(text)) throw new Error(`${file} does not say: ${text}`);
  const times = [];
  for (let turn = 1; turn <= TURNS; turn++) {
    const changed = original.replace(text, `${text} (${turn})`);
    // As editors save: the file is whole at every moment.
    writeFileSync(path.join(directory, "changed"), changed);
    const start = performance.now();
    renameSync(path.join(directory, "changed"), path.join(copy, file));
    for (;;) {
      if (!(await news.read()).value.includes("event: changed")) continue;
      if ((await (await fetch(origin + page)).text()).includes(`${text} (${turn})`)) break;
    }
    times.push(performance.now() - start);
    // The rest of the site is made meanwhile.
    await sleep(4000);
  }
  times.sort((one, other) => one - other);
  console.log(`median ${times[TURNS >> 1].toFixed(0)} ms, slowest ${times.at(-1).toFixed(0)} ms`);
} finally {
  child.kill();
  rmSync(directory, { recursive: true, force: true });
}
