/**
 * Puts all probes to this machine, as `glassbox doctor` and `GET /api/machine` show it. To look for one more thing, write
 * a probe and add it to the list.
 */
import { hostname, release } from "node:os";
import type { Ability, MachineInfo } from "@glassbox/protocol";
import { messageOf } from "@glassbox/runtime/base";
import { readCgroupLayout } from "@glassbox/runtime/kernel";
import type { Finding, Probe } from "./probe.ts";
import { capabilities } from "./probes/capabilities.ts";
import { cgroups } from "./probes/cgroups.ts";
import { kernelRelease } from "./probes/kernel-release.ts";
import { kvm } from "./probes/kvm.ts";
import { namespaces } from "./probes/namespaces.ts";
import { overlayfs } from "./probes/overlayfs.ts";
import { procConnector } from "./probes/proc-connector.ts";
import { root } from "./probes/root.ts";
import { seccomp } from "./probes/seccomp.ts";
import { labVm, packages } from "./probes/set-up.ts";
import { unprivilegedUserNamespaces } from "./probes/user-namespaces.ts";

const probes: Probe[] = [
  root,
  kernelRelease,
  cgroups,
  ...namespaces,
  unprivilegedUserNamespaces,
  overlayfs,
  seccomp,
  capabilities,
  procConnector,
  kvm,
  labVm,
  packages,
];

/** Long enough for an emulated machine, where starting a program takes seconds; a real one needs a fraction of a second. */
const PROBE_TIMEOUT_MS = 20_000;

/** Takes a fraction of a second and starts a dozen short-lived programs: keep the answer rather than ask again. */
export async function examineMachine(options: {
  place: MachineInfo["place"];
  agentVersion: string;
}): Promise<MachineInfo> {
  const abilities = await Promise.all(probes.map(answer));
  return { hostname: hostname(), kernelRelease: release(), cgroupMode: readCgroupLayout().mode, abilities, ...options };
}

/** Titles of what is missing and without which Glassbox cannot run in place. */
export function missingNeeds(abilities: Ability[]): string[] {
  const needed = new Set(probes.filter((probe) => probe.needed).map(({ id }) => id));
  return abilities.filter(({ id, status }) => status === "no" && needed.has(id)).map(({ title }) => title);
}

async function answer({ id, title, look }: Probe): Promise<Ability> {
  let finding: Finding;
  try {
    finding = await look(AbortSignal.timeout(PROBE_TIMEOUT_MS));
  } catch (thrown) {
    finding = { status: "no", detail: messageOf(thrown) };
  }
  return { id, title, ...finding };
}
