/** A bundle made for one case: busybox as its root, and the runtime's default configuration with changes. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Config, defaultConfig } from "../../../src/2-oci/mod.ts";
import type { Answer, Peer } from "./peers.ts";

const APPLETS = [
  "sh",
  "true",
  "false",
  "echo",
  "cat",
  "id",
  "ls",
  "ps",
  "mkdir",
  "mount",
  "hostname",
  "sleep",
  "touch",
  "kill",
  "grep",
  "head",
  "dd",
  "stat",
  "ip",
  "pwd",
];

let count = 0;

/** The configuration: no terminal, a writable root, one command. */
export function configFor(command: string[]): Config {
  const config = defaultConfig();
  return {
    ...config,
    process: { ...config.process, cwd: "/", terminal: false, args: command },
    root: { path: "rootfs", readonly: false },
  };
}

/** Writes the bundle and returns its path; it goes when the test ends. */
export function makeBundle(t: TestContext, config: Config): string {
  const bundle = mkdtempSync(join(tmpdir(), "oci-bundle-"));
  t.after(() => rmSync(bundle, { recursive: true, force: true }));
  const rootfs = join(bundle, "rootfs");
  for (const directory of ["bin", "etc", "tmp", "proc", "sys", "dev"])
    mkdirSync(join(rootfs, directory), { recursive: true });
  copyFileSync("/bin/busybox", join(rootfs, "bin/busybox"));
  for (const applet of APPLETS) symlinkSync("busybox", join(rootfs, "bin", applet));
  writeFileSync(join(bundle, "config.json"), JSON.stringify(config));
  return bundle;
}

/** An id nobody else uses, and its removal when the test ends. */
export function claimId(t: TestContext, peer: Peer): string {
  const id = `suite-${process.pid}-${++count}`;
  t.after(() => void peer.call(["delete", "--force", id]));
  return id;
}

/** Run a shell command in a container of `config` and return what it said. */
export function runShell(
  t: TestContext,
  peer: Peer,
  script: string,
  change: (config: Config) => void = () => {},
): Answer {
  const config = configFor(["sh", "-c", script]);
  change(config);
  return peer.call(["run", "--bundle", makeBundle(t, config), claimId(t, peer)]);
}
