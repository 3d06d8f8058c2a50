/**
 * What is in the lab root file system, as data: the tar layer and the unpacked bundle are both written from this list.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";

/**
 * @typedef {{ path: string, mode: number } & (
 *   { kind: "directory" } | { kind: "file", content: Buffer } | { kind: "symlink", target: string })} Entry
 *   `path` has no leading slash; everything belongs to root
 */

const directories = [
  ["bin", 0o755],
  ["dev", 0o755],
  ["etc", 0o755],
  ["home", 0o755],
  ["proc", 0o555],
  ["root", 0o700],
  ["run", 0o755],
  ["sbin", 0o755],
  ["sys", 0o555],
  ["tmp", 0o1777],
  ["usr", 0o755],
  ["usr/bin", 0o755],
  ["usr/sbin", 0o755],
  ["var", 0o755],
  ["var/tmp", 0o1777],
];

const files = {
  "etc/group": "root:x:0:\nusers:x:100:\nlearner:x:1000:\nnogroup:x:65534:\n",
  "etc/hostname": "glassbox\n",
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
  "etc/os-release":
    'NAME="Glassbox lab"\nID=glassbox\nPRETTY_NAME="Glassbox lab root file system (busybox)"\nVERSION_ID=1\n',
  "etc/passwd":
    "root:x:0:0:root:/root:/bin/sh\nlearner:x:1000:1000:learner:/home:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
};

/**
 * @param {Buffer} busybox the program
 * @param {string} program where it can be run to ask for its applets
 * @returns {Entry[]} sorted by path, so that a directory stands before what is in it
 */
export function rootfsEntries(busybox, program) {
  const applets = execFileSync(program, ["--list-full"], { encoding: "utf8" }).trim().split("\n");
  return [
    ...directories.map(([name, mode]) => ({ kind: "directory", path: name, mode })),
    ...Object.entries(files).map(([name, text]) => ({
      kind: "file",
      path: name,
      mode: 0o644,
      content: Buffer.from(text),
    })),
    { kind: "file", path: "bin/busybox", mode: 0o755, content: busybox },
    ...applets.filter((applet) => applet !== "bin/busybox" && isInListedDirectory(applet)).map(linkToBusybox),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @param {string} applet */
function isInListedDirectory(applet) {
  return directories.some(([name]) => name === path.posix.dirname(applet));
}

/** Relative, so that the link also holds when the tree is looked at from outside. @param {string} applet */
function linkToBusybox(applet) {
  const target = path.posix.relative(path.posix.dirname(applet), "bin/busybox");
  return { kind: "symlink", path: applet, mode: 0o777, target };
}
