// The addresses of APIM's developer portal say behind their `#` what they show: /api-details#api=orders&operation=place-order.
// This page stands at the old path, reads that, and goes to the new address. Where there is none, it says so and stays.
(async () => {
  "use strict";
  const said = document.getElementById("moved");
  const go = (path) => location.replace(new URL(path, new URL(said.dataset.root, location.href)));
  const wanted = new URLSearchParams(location.hash.slice(1).replace(/^[/?]+/, ""));
  for (const [name, value] of new URLSearchParams(location.search)) if (!wanted.has(name)) wanted.set(name, value);
  const api = wanted.get("api") ?? wanted.get("apiId");
  const operation = wanted.get("operation") ?? wanted.get("operationId");
  const product = wanted.get("product") ?? wanted.get("productId");
  if (!api && !product) return;
  const unknown = () => { said.textContent = t("page-moved-unknown"); };
  try {
    const answer = await fetch(said.dataset.table);
    if (!answer.ok) return unknown();
    const table = await answer.json();
    // Names in APIM are the same in upper and lower case.
    const find = (map, name) => map[name] ?? map[Object.keys(map).find((key) => key.toLowerCase() === name.toLowerCase())];
    if (product && !api) {
      const path = find(table.products, product);
      return path ? go(path) : unknown();
    }
    const found = find(table.apis, api) ?? find(table.apis, api.split(";")[0]);
    if (!found) return unknown();
    const [path, operations, changes] = found;
    if (location.pathname.replace(/\/$/, "").endsWith("/api-changelog")) return go(changes ?? path);
    const same = (name) => operation !== null && name.toLowerCase() === operation.toLowerCase();
    const one = operations.find((entry) => same(Array.isArray(entry) ? entry[0] : entry));
    // An operation that is gone leads to its API, where its successor is.
    go(one ? `${path}${Array.isArray(one) ? one[1] : one}/` : path);
  } catch {
    unknown();
  }
})();
