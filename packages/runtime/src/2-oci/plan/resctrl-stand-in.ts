/** For tests: no machine of ours has resctrl, so a plain directory stands in for it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parseMountinfo } from "../../1-kernel/mod.ts";
import { findResctrl } from "../facts/resctrl.ts";
import type { IntelRdt } from "../spec/config.ts";
import { unified } from "./golden-machines.ts";
import { namer, type Planning } from "./planning.ts";

/** The planning of a container that asks for nothing but shares. */
export function planning(intelRdt: IntelRdt, resctrl: Planning["facts"]["resctrl"]): Planning {
  return {
    ...{ id: "web", bundle: "/b", rootfs: "/b/rootfs", mode: "run", startFifo: "/f", waitForStart: false },
    config: { ociVersion: "1.2.0", linux: { intelRdt } },
    facts: { ...unified, resctrl },
    warn: () => {},
    name: namer(),
  };
}

/** A plain directory with groups, by name, that have these schemata; the kernel would make their files by itself. */
export function standIn(t: TestContext, groups: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), "resctrl-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, schemata] of Object.entries(groups)) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, "schemata"), schemata);
    writeFileSync(join(directory, name, "tasks"), "");
  }
  const mounts = parseMountinfo(`40 20 0:50 / ${directory} rw - resctrl resctrl rw`);
  const read = (...names: string[]) => readFileSync(join(directory, ...names), "utf8");
  return { directory, find: (wanted: IntelRdt) => findResctrl(wanted, "web", mounts), read };
}
