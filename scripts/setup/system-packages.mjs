/**
 * The Debian and Ubuntu packages Glassbox stands on, each with the reason a person may ask for. Nothing is downloaded
 * when all are there, and on a terminal nothing is installed without a yes.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { findKernel } from "../vm/kernel.mjs";
import { aptGet, LockRefusal } from "./apt-get.mjs";
import { unlessNoNetwork } from "./no-network.mjs";
import { Refusal } from "./refusal.mjs";

/**
 * What a package is for. `build`: making Glassbox; `labs`: commands the lessons use; `vm`: the lab VM; `test`: what
 * `npm test` compares us with and looks through.
 * @typedef {"build" | "labs" | "vm" | "test"} Use
 * @typedef {{ name: string, use: Use, why: string, there?: () => boolean }} SystemPackage
 *   `there`: how else the need may be met; otherwise dpkg is asked
 */

/** @param {...string} files */
const anyOf =
  (...files) =>
  () =>
    files.some((file) => existsSync(file));

/** @type {SystemPackage[]} */
const systemPackages = [
  { name: "gcc", use: "build", why: "compiles sysrun and kwatch", there: anyOf("/usr/bin/gcc", "/usr/bin/cc") },
  { name: "musl-tools", use: "build", why: "the C library they are linked with", there: anyOf("/usr/bin/musl-gcc") },
  { name: "libc6-dev", use: "build", why: "the C library that node-pty is linked with" },
  { name: "linux-libc-dev", use: "build", why: "the kernel's own numbers and structures" },
  {
    name: "wabt",
    use: "build",
    why: "makes C of the engine that glassrun's planner runs in",
    there: anyOf("/usr/bin/wasm2c"),
  },
  { name: "libmd-dev", use: "build", why: "the digest of seccomp profiles, in that planner" },
  { name: "make", use: "build", why: "builds the terminal's native part (node-pty)", there: anyOf("/usr/bin/make") },
  { name: "g++", use: "build", why: "compiles node-pty", there: anyOf("/usr/bin/g++", "/usr/bin/c++") },
  {
    name: "python3",
    use: "build",
    why: "node-gyp, which builds node-pty, is written in it",
    there: anyOf("/usr/bin/python3"),
  },
  { name: "busybox-static", use: "build", why: "the lab root file system and the VM's first program" },
  { name: "procps", use: "labs", why: "ps and top" },
  { name: "psmisc", use: "labs", why: "pstree" },
  { name: "iproute2", use: "labs", why: "ip, to look at network namespaces" },
  { name: "iptables", use: "labs", why: "shows and makes the rules a container network needs" },
  { name: "strace", use: "labs", why: "shows the system calls of any program" },
  { name: "libcap2-bin", use: "labs", why: "capsh, to start a program with less power" },
  { name: "attr", use: "labs", why: "getfattr, which shows the marks of the overlay file system" },
  { name: "uidmap", use: "labs", why: "newuidmap, for user namespaces without root" },
  { name: "qemu-system-x86", use: "vm", why: "runs the lab VM" },
  { name: kernelPackage(), use: "vm", why: "the kernel the lab VM boots", there: () => findKernel() !== undefined },
  ...(isUbuntu() ? [zstd()] : []),
  { name: "git", use: "test", why: "lists the sources that are checked", there: anyOf("/usr/bin/git") },
  { name: "runc", use: "test", why: "the runtime ours is compared with" },
  { name: "crun", use: "test", why: "the fastest runtime ours is compared with" },
  { name: "podman", use: "test", why: "a container engine that runs on our runtime" },
  { name: "buildah", use: "test", why: "builds images on our runtime" },
  { name: "docker-registry", use: "test", why: "where images come from" },
  { name: "debootstrap", use: "test", why: "makes a whole Debian, to run in a container" },
  { name: "catatonit", use: "test", why: "what podman gives a container with --init" },
  { name: "netavark", use: "test", why: "podman's container networks" },
  { name: "slirp4netns", use: "test", why: "the network of a container without root" },
  { name: "fuse-overlayfs", use: "test", why: "image layers without root" },
  { name: "docker.io", use: "test", why: "a container engine that runs on our runtime" },
  { name: "containerd", use: "test", why: "runs our runtime through its shim, for docker and by itself" },
  { name: "systemd", use: "test", why: "asked for cgroups, as on a machine that it runs" },
  ...(isUbuntu() ? [] : [chromium(), criu()]),
  {
    name: "apparmor",
    use: "test",
    why: "loads the profiles that containers are confined by, where the kernel has them",
  },
  { name: "libseccomp-dev", use: "test", why: "the seccomp compiler ours is compared with" },
  { name: "golang-github-containers-common", use: "test", why: "the seccomp profile podman gives its containers" },
  { name: "golang-github-opencontainers-specs-dev", use: "test", why: "the JSON schemas of config.json" },
];

/** Ubuntu's package of that name only fetches a snap, which needs a running snapd. @returns {SystemPackage} */
function chromium() {
  return {
    name: "chromium",
    use: "test",
    why: "the browser the labs are solved in",
    there: anyOf("/usr/bin/chromium"),
  };
}

/** Ubuntu 24.04 has no package of it. @returns {SystemPackage} */
function criu() {
  return { name: "criu", use: "test", why: "freezes containers into files and thaws them" };
}

/** Debian 12 does not pack them. @returns {SystemPackage} */
function zstd() {
  return { name: "zstd", use: "vm", why: "unpacks that kernel's modules", there: anyOf("/usr/bin/zstd") };
}

function kernelPackage() {
  return isUbuntu() ? "linux-image-virtual" : "linux-image-amd64";
}

function isUbuntu() {
  return existsSync("/etc/lsb-release") && existsSync("/usr/share/keyrings/ubuntu-archive-keyring.gpg");
}

/** @param {Use[]} uses @returns {SystemPackage[]} */
export function missingPackages(uses) {
  const wanted = systemPackages.filter(({ use, there }) => uses.includes(use) && !there?.());
  const installed = installedPackages(wanted.map(({ name }) => name));
  return wanted.filter(({ name, there }) => there !== undefined || !installed.has(name));
}

/** @param {string[]} names @returns {Set<string>} */
function installedPackages(names) {
  if (names.length === 0) return new Set();
  const args = ["--show", `--showformat=\${Package}\t\${db:Status-Status}\n`, ...names];
  /** @type {string} */
  let listed;
  try {
    listed = execFileSync("dpkg-query", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (thrown) {
    // It ends with 1 when a package is unknown, and has listed the others all the same.
    listed = String(/** @type {{ stdout?: string }} */ (thrown).stdout ?? "");
  }
  const lines = listed.split("\n").map((line) => line.split("\t"));
  return new Set(lines.filter(([, status]) => status === "installed").map(([name = ""]) => name));
}

/**
 * @param {Use[]} uses
 * @param {{ ask: boolean, say: import("./progress.mjs").Say }} options
 * @returns {Promise<string>} what was done
 * @throws {Refusal} when not root, when the answer was no, when apt-get failed
 */
export async function installSystemPackages(uses, { ask, say }) {
  const missing = missingPackages(uses);
  if (missing.length === 0) return "all there";
  const names = missing.map(({ name }) => name);
  const byHand = `apt-get install ${names.join(" ")}`;
  if (!existsSync("/usr/bin/apt-get")) {
    throw new Refusal(
      `Cannot install ${names.join(", ")}: this is not Debian or Ubuntu (there is no apt-get)`,
      "Use Debian 12 or Ubuntu 24.04, for example in the Vagrant machine of vagrant/",
    );
  }
  if (process.getuid?.() !== 0) {
    throw new Refusal(`Cannot install ${names.join(", ")}: only root can`, `Run it as root, or first: sudo ${byHand}`);
  }
  if (ask && !(await confirm(missing))) throw new Refusal("Nothing was installed", `Install them yourself: ${byHand}`);
  try {
    await fetchAndInstall(names, say);
  } catch (failure) {
    throw unlessNoNetwork(failure, {
      what: `install ${names.join(", ")}`,
      where: "the package mirror",
      remedy: `Connect this machine to the network, and start again, or first: ${byHand}`,
    });
  }
  return `installed ${names.join(", ")}`;
}

/** @param {string[]} names @param {import("./progress.mjs").Say} say */
async function fetchAndInstall(names, say) {
  const hint = `Is there a network? Try by hand: apt-get update && apt-get install ${names.join(" ")}`;
  const update = () => aptGet(["update"], { log: "apt-update", hint, say });
  const install = () =>
    aptGet(["install", "--yes", "--no-install-recommends", ...names], { log: "apt-install", hint, say });
  if (!hasPackageLists()) await update();
  try {
    await install();
  } catch (failure) {
    if (failure instanceof LockRefusal) throw failure;
    // The lists may be older than the mirror: fetch them and try once more.
    await update();
    await install();
  }
}

function hasPackageLists() {
  const lists = "/var/lib/apt/lists";
  return existsSync(lists) && readdirSync(lists).some((name) => name.endsWith("_Packages") || name.endsWith(".lz4"));
}

/** @param {SystemPackage[]} missing */
async function confirm(missing) {
  const width = Math.max(...missing.map(({ name }) => name.length));
  process.stdout.write("\r\x1b[KGlassbox needs these packages:\n");
  for (const { name, why } of missing) console.log(`  ${name.padEnd(width)}  ${why}`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question("Install them with apt-get? [Y/n] ");
    return ["", "y", "yes"].includes(answer.trim().toLowerCase());
  } finally {
    terminal.close();
  }
}
