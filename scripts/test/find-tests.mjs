/**
 * Which test files there are and what each needs: a unit test stands beside its code and needs nothing, a root test
 * stands in a `test` folder and works on the real kernel.
 */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { inRoot, root } from "../setup/paths.mjs";

const unitPlaces = ["packages", "apps", "scripts", "labs"];
const suitePlace = "packages/runtime/test/suites/oci";
const rootPlaces = ["packages/runtime/test", "test/root", "test/inventory"];

/** @returns {string[]} relative to the checkout, sorted */
export function unitTests() {
  return unitPlaces.flatMap(testsBelow).filter((file) => !isRootTest(file));
}

/** All but the suite. @returns {string[]} relative to the checkout, sorted */
export function rootTests() {
  return rootPlaces.flatMap(testsBelow).filter((file) => !file.startsWith(`${suitePlace}/`));
}

/** The suite that any OCI runtime can be held to. @returns {string[]} relative to the checkout, sorted */
export function runtimeSuite() {
  return testsBelow(suitePlace);
}

/** Real engines on our runtime. @returns {string[]} relative to the checkout, sorted */
export function engineTests() {
  return testsBelow("test/engines");
}

/**
 * What the lab VM has and this machine may lack: unified cgroup v2 with every controller. Emulated, all root tests would
 * take an hour; these are the ones where the difference shows, and the whole track of labs with v2's commands.
 */
const differentInVm = [
  /^packages\/runtime\/test\/suites\/oci\/cgroups.*\.test\.ts$/,
  // Device rules are a program there, the tree is mounted with nsdelegate, and root may raise every limit.
  /^packages\/runtime\/test\/suites\/oci\/(devices|namespaces|rlimits)\.test\.ts$/,
  // That kernel has the module.
  /^packages\/runtime\/test\/suites\/oci\/apparmor\.test\.ts$/,
  // criu works on that kernel, and not on every newer one.
  /^packages\/runtime\/test\/suites\/oci\/checkpoint\.test\.ts$/,
  /^packages\/runtime\/test\/root\/.*cgroup.*\.test\.ts$/,
  /^test\/root\/labs\/solve\.test\.ts$/,
  /^test\/engines\/.*systemd.*\.test\.ts$/,
];

/** @returns {string[]} relative to the checkout, sorted */
export function vmTests() {
  return [...rootTests(), ...runtimeSuite(), ...engineTests()].filter((file) =>
    differentInVm.some((pattern) => pattern.test(file)),
  );
}

/** @returns {string[]} relative to the checkout, sorted */
export function endToEndTests() {
  return testsBelow("test/e2e");
}

/** @param {string} file */
function isRootTest(file) {
  return rootPlaces.some((place) => file.startsWith(`${place}/`));
}

const notOurs = new Set(["node_modules", ".next", "out"]);

/** @param {string} place @returns {string[]} */
function testsBelow(place) {
  if (!existsSync(inRoot(place))) return [];
  return readdirSync(inRoot(place), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = inRoot(place, entry.name);
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : testsBelow(path.relative(root, full));
      return /\.(test|spec)\.(ts|tsx|mjs)$/.test(entry.name) ? [path.relative(root, full)] : [];
    });
}
