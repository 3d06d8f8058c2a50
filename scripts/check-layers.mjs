/**
 * Holds the code against the table of docs/architecture.md: who may import whom. Also what only a program can keep an
 * eye on: every layer has its room card, no file is a grab bag by name or by length, and imports run in no circle.
 * Run as `node scripts/check-layers.mjs`; `npm run check` runs it too. Prints one line a finding and ends with 1.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What a layer of packages/runtime/src may call, beside itself. */
const mayCall = {
  "0-base": [],
  "1-kernel": ["0-base"],
  "2-oci": ["0-base", "1-kernel"],
  "3-shim": ["0-base", "1-kernel"],
  "4-image": ["0-base", "1-kernel"],
  "5-network": ["0-base", "1-kernel"],
  "6-manager": ["0-base", "3-shim", "4-image", "5-network"],
  "7-api": ["0-base", "6-manager"],
};

/** What a package or app may import from the workspace. */
const mayImport = {
  "packages/protocol": [],
  "packages/runtime": [],
  "apps/agent": ["@glassbox/protocol", "@glassbox/runtime"],
  "apps/web": ["@glassbox/protocol"],
};

const LONGEST_FILE_LINES = 400;
const grabBagName = /^(utils?|helpers?|common|misc|shared)\.tsx?$/;
/** Not `Buffer.from("...")`, and not a sentence that ends in the word "from". */
const importOf = /(?<![."'\w])(?:from\s*|import\s*\(?\s*)["']([^"'\n]+)["']/g;

/**
 * @param {Map<string, string>} sources text by path, relative to the root, forward slashes
 * @returns {string[]} one line a finding, in the order of the files
 */
export function findings(sources) {
  const found = [];
  const graph = new Map();
  for (const [file, text] of sources) {
    const home = homeOf(file);
    const name = path.posix.basename(file);
    if (grabBagName.test(name)) found.push(`${file}: "${name}" names no idea; call it what it helps`);
    const lines = text.split("\n").length - 1;
    if (lines > LONGEST_FILE_LINES && !text.startsWith("// Generated")) {
      found.push(`${file}: ${lines} lines, more than ${LONGEST_FILE_LINES}; find the two ideas in it`);
    }
    const targets = [];
    for (const [, specifier] of withoutComments(text).matchAll(importOf)) {
      const target = specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
      if (target) targets.push(target);
      const finding = target ? relativeFinding(file, home, target) : packageFinding(file, home, specifier);
      if (finding) found.push(finding);
    }
    graph.set(file, targets);
  }
  for (const circle of circles(graph)) found.push(`circle: ${circle.join(" -> ")}`);
  return found;
}

function homeOf(file) {
  return Object.keys(mayImport).find((home) => file.startsWith(`${home}/`));
}

function layerOf(file) {
  return /^packages\/runtime\/src\/(\d-[a-z]+)\//.exec(file)?.[1];
}

function relativeFinding(file, home, target) {
  if (home && !target.startsWith(`${home}/`)) {
    return `${file}: reaches out of ${home} to "${target}"; import the package by name`;
  }
  const from = layerOf(file);
  const to = layerOf(target);
  if (!from || !to || from === to) return undefined;
  const allowed = mayCall[from];
  if (!allowed) return `${file}: layer "${from}" is not in the table of calls`;
  if (!allowed.includes(to)) return `${file}: layer ${from} may not call ${to} ("${target}")`;
  if (!target.endsWith("/mod.ts")) return `${file}: takes "${target}"; another layer is entered by its mod.ts`;
  return undefined;
}

function packageFinding(file, home, specifier) {
  const workspace = /^(@glassbox\/[a-z]+)/.exec(specifier)?.[1];
  if (workspace && home && !mayImport[home].includes(workspace))
    return `${file}: ${home} may not import "${specifier}"`;
  const outside = !workspace && !specifier.startsWith("node:");
  if (home === "packages/runtime" && file.includes("/src/") && outside) {
    return `${file}: the runtime uses only node: modules, not "${specifier}"`;
  }
  return undefined;
}

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** Every file that can reach itself, as one path per strongly connected group (depth-first, first one met). */
function circles(graph) {
  const state = new Map();
  const found = [];
  const visit = (file, trail) => {
    if (state.get(file) === "done" || !graph.has(file)) return;
    if (state.get(file) === "open") {
      found.push([...trail.slice(trail.indexOf(file)), file]);
      return;
    }
    state.set(file, "open");
    for (const target of graph.get(file)) visit(target, [...trail, file]);
    state.set(file, "done");
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

function missingRoomCards(files) {
  const layers = new Set(files.map(layerOf).filter(Boolean));
  return [...layers]
    .map((layer) => `packages/runtime/src/${layer}/README.md`)
    .filter((card) => !existsSync(card))
    .map((card) => `${card}: the layer has no room card`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "packages", "apps"], {
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => /\.tsx?$/.test(file) && existsSync(file));
  const found = [
    ...findings(new Map(files.map((file) => [file, readFileSync(file, "utf8")]))),
    ...missingRoomCards(files),
  ];
  for (const line of found) console.error(line);
  console.log(
    found.length === 0 ? `layers: ${files.length} files call only where they may` : `layers: ${found.length} findings`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
