/**
 * The npm packages, exactly as package-lock.json names them. `npm ci` deletes node_modules first, so it runs only when
 * what is installed differs from the lock; npm leaves its own record of that in `node_modules/.package-lock.json`.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { unlessNoNetwork } from "./no-network.mjs";
import { inRoot } from "./paths.mjs";
import { runCommand } from "./run-command.mjs";

/** @param {import("./progress.mjs").Say} say @returns {Promise<string>} */
export async function installNodeModules(say) {
  const differing = differingPackages(readLock("package-lock.json"), readLock("node_modules/.package-lock.json"));
  const done = [];
  if (differing.length > 0) {
    say(`npm ci, since ${differing.length} packages differ from package-lock.json`);
    await npm(["ci", "--no-audit", "--no-fund", ...FEW_RETRIES], "npm-ci");
    done.push("installed from package-lock.json");
  }
  // Installed without its install script (an npm that asks first, a moved node_modules), node-pty has no native part.
  if (!existsSync(inRoot("node_modules/node-pty/build/Release/pty.node"))) {
    say("compiling node-pty");
    await npm(["rebuild", "node-pty"], "node-pty");
    done.push("compiled node-pty");
  }
  return done.length > 0 ? done.join(", ") : "up to date";
}

/** npm's own settings wait two minutes before they say that there is no network. */
const FEW_RETRIES = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];

/** @param {string[]} args @param {string} log @throws {Refusal} */
async function npm(args, log) {
  try {
    await runCommand("npm", args, {
      log,
      hint: "Are make, g++ and python3 installed? `npm ci` by hand shows the same",
      env: { ...process.env, ...nodeHeaders() },
    });
  } catch (failure) {
    throw unlessNoNetwork(failure, {
      what: "install the npm packages",
      where: "the npm registry",
      remedy: "Connect this machine to the network, or name a registry it reaches: npm config set registry URL",
    });
  }
}

/**
 * node-gyp would download Node's headers; most installations have them beside the program, npm's package of Node one
 * folder deeper, and Debian's libnode-dev in /usr. node-pty keeps to the part of the interface that all versions of Node
 * share, so the version need not be the same.
 * @returns {Record<string, string>}
 */
function nodeHeaders() {
  const own = path.dirname(path.dirname(process.execPath));
  const places = [own, path.join(own, "node_modules", `node-linux-${process.arch}`), "/usr"];
  const place = places.find((prefix) => existsSync(path.join(prefix, "include/node/node.h")));
  return place ? { npm_config_nodedir: place } : {};
}

/**
 * @typedef {Record<string, { version?: string, integrity?: string, link?: boolean, optional?: boolean,
 *   devOptional?: boolean, resolved?: string }>} LockedPackages
 */

/** @param {string} file @returns {LockedPackages | undefined} */
function readLock(file) {
  if (!existsSync(inRoot(file))) return undefined;
  return JSON.parse(readFileSync(inRoot(file), "utf8")).packages;
}

/**
 * Optional packages are left out: npm installs only those for this processor and C library.
 * @param {LockedPackages | undefined} locked
 * @param {LockedPackages | undefined} installed
 * @returns {string[]} places in node_modules that are missing or hold something else
 */
export function differingPackages(locked, installed) {
  return Object.entries(locked ?? {})
    .filter(([place, entry]) => place.includes("node_modules/") && !entry.optional)
    .filter(([place, entry]) => {
      const there = installed?.[place];
      return !there || there.version !== entry.version || there.integrity !== entry.integrity;
    })
    .map(([place]) => place);
}
