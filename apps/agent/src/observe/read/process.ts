/**
 * One process as procfs shows it: six files and a dozen links, some 150 microseconds. It may end between any two of
 * them; then the reading is worth nothing and undefined.
 */
import {
  listProcDirectory,
  parseNamespaceLink,
  readCmdline,
  readNamespaceLinks,
  readProcCgroup,
  readProcLink,
  readStat,
  readStatus,
} from "@glassbox/runtime/kernel";
import type { ProcessFacts } from "../facts.ts";

/** Descriptors looked at in one process; a shell that holds namespaces open has a handful. */
const DESCRIPTORS_MAX = 256;

/**
 * @param withDescriptors also look for namespaces it holds open, one `readlink` a descriptor
 * @returns undefined when there is no such process (any more)
 */
export function readProcess(pid: number, withDescriptors: boolean): ProcessFacts | undefined {
  const stat = readStat(pid);
  if (!stat) return undefined;
  const status = readStatus(pid);
  const argv = readCmdline(pid);
  const cgroups = readProcCgroup(pid);
  if (!status || !argv || !cgroups) return undefined;
  const links = readNamespaceLinks(pid);
  const facts: ProcessFacts = {
    pid,
    startTimeTicks: stat.startTimeTicks,
    parentPid: stat.parentPid,
    session: stat.session,
    comm: stat.comm,
    argv,
    state: stat.state,
    uid: status.uids[1] ?? 0,
    gid: status.gids[1] ?? 0,
    nsPids: status.nsPids,
    capabilities: status.capabilities,
    seccompMode: status.seccompMode,
    noNewPrivs: status.noNewPrivs,
    kernelThread: status.kernelThread,
    namespaces: links.own,
    cgroups,
    root: readProcLink(`/proc/${pid}/root`) ?? "",
    cwd: readProcLink(`/proc/${pid}/cwd`) ?? "",
    rssBytes: status.rssBytes,
    namespaceDescriptors: withDescriptors ? readNamespaceDescriptors(pid) : [],
  };
  if (links.pidForChildren !== undefined && links.pidForChildren !== links.own.pid)
    facts.pidForChildren = links.pidForChildren;
  if (links.timeForChildren !== undefined && links.timeForChildren !== links.own.time)
    facts.timeForChildren = links.timeForChildren;
  // The pid may have gone to another process half-way; what was read then belongs to neither.
  return readStat(pid)?.startTimeTicks === stat.startTimeTicks ? facts : undefined;
}

function readNamespaceDescriptors(pid: number): ProcessFacts["namespaceDescriptors"] {
  const found: ProcessFacts["namespaceDescriptors"] = [];
  for (const fd of listProcDirectory(`/proc/${pid}/fd`).slice(0, DESCRIPTORS_MAX)) {
    const name = parseNamespaceLink(readProcLink(`/proc/${pid}/fd/${fd}`) ?? "");
    if (name) found.push({ ...name, fd: Number(fd) });
  }
  return found;
}
