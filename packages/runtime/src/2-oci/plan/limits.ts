/** Resource limits of the process itself, its out-of-memory score, personality: what cgroups do not cover. */
import { GlassboxError } from "../../0-base/mod.ts";
import {
  capabilityBit,
  close,
  type LimitName,
  type Op,
  openat,
  type Path,
  prlimit64,
  RLIMIT,
  result,
  UNLIMITED,
  write,
} from "../../1-kernel/mod.ts";
import { namespaceOf, type Planning } from "./planning.ts";

export function planRlimits(planning: Planning): Op[] {
  return [...planCallersLimit(planning), ...planConfigured(planning)];
}

/** JavaScript engines raise their own soft limit to the hard one; programs that use select(2) must not inherit that. */
function planCallersLimit({ config, facts }: Planning): Op[] {
  const { callerFileLimit: soft, hardLimits } = facts;
  const configured = config.process?.rlimits?.some(({ type }) => type === "RLIMIT_NOFILE");
  if (soft === undefined || configured) return [];
  return [
    prlimit64(
      { pid: 0, resource: "RLIMIT_NOFILE", soft, hard: hardLimits.RLIMIT_NOFILE ?? soft },
      { why: "Let it have as many open files as the runtime's caller may have", from: "/process/rlimits" },
    ),
  ];
}

function planConfigured(planning: Planning): Op[] {
  return (planning.config.process?.rlimits ?? []).map(({ type, soft, hard }, index, all) => {
    const from = `/process/rlimits/${index}`;
    const first = all.findIndex((other) => other.type === type);
    if (first < index) {
      throw new GlassboxError(
        "invalid argument",
        `Cannot set limit "${type}" twice: ${from} names the same as /process/rlimits/${first}`,
      );
    }
    if (!Object.hasOwn(RLIMIT, type)) {
      throw new GlassboxError(
        "invalid argument",
        `Cannot set limit "${type}": ${from}/type is no limit the kernel has`,
      );
    }
    const resource = type as LimitName;
    const wanted = { soft: exact(soft), hard: exact(hard) };
    if (wanted.soft > wanted.hard) {
      throw new GlassboxError(
        "invalid argument",
        `Cannot set ${type}: the soft limit ("${wanted.soft}") is above the hard one ("${wanted.hard}") in ${from}`,
      );
    }
    const given = clamp(planning, resource, wanted, from);
    return prlimit64(
      { pid: 0, resource, soft: plainly(given.soft), hard: plainly(given.hard) },
      { why: `Limit what one process may use: ${type}`, from },
    );
  });
}

/** A hard limit can be raised only with CAP_SYS_RESOURCE in the machine's own user namespace. */
function clamp(planning: Planning, resource: LimitName, wanted: { soft: bigint; hard: bigint }, from: string) {
  const highest = planning.facts.hardLimits[resource];
  if (highest === undefined || wanted.hard <= BigInt(highest) || mayRaise(planning)) return wanted;
  const most = BigInt(highest);
  planning.warn(
    `${from}: ${resource} stays at ${most}, below the wanted ${wanted.hard}: raising it needs CAP_SYS_RESOURCE`,
  );
  return { soft: wanted.soft < most ? wanted.soft : most, hard: most };
}

/**
 * `file`: the setting's path where it stands in the host's /proc, since the container's own could be anything and lead
 * the number elsewhere (CVE-2025-52881).
 */
export function planOomScore(planning: Planning, file: Path): Op[] {
  const wanted = planning.config.process?.oomScoreAdj;
  if (wanted === undefined) return [];
  const from = "/process/oomScoreAdj";
  const current = planning.facts.oomScoreAdj;
  let score = wanted;
  if (wanted < current && !mayRaise(planning) && !planning.facts.mayScore(wanted)) {
    score = current;
    planning.warn(
      `${from}: stays at ${current}, above the wanted ${wanted}: lowering it that far needs CAP_SYS_RESOURCE`,
    );
  }
  return [
    openat(
      { directory: "AT_FDCWD", path: file, flags: ["O_WRONLY"] },
      { why: "Open its out-of-memory score", from, result: "oom_score" },
    ),
    write(
      { fd: result("oom_score"), data: String(score) },
      { why: "Say how soon the kernel should end it when memory runs out", from },
    ),
    close({ fd: result("oom_score") }, { why: "Done with it", from }),
  ];
}

const PERSONALITY: Record<string, number> = { LINUX: 0, LINUX32: 8 };

export function planPersonality(planning: Planning): Op[] {
  const wanted = planning.config.linux?.personality;
  if (!wanted) return [];
  const value = PERSONALITY[wanted.domain] ?? 0;
  return [
    {
      call: "personality",
      args: [{ kind: "number", value }],
      why: `Let uname show the machine as ${wanted.domain}`,
      from: "/linux/personality",
    },
  ];
}

function mayRaise(planning: Planning): boolean {
  const bit = BigInt(capabilityBit("CAP_SYS_RESOURCE") ?? 0);
  const isOutermost = namespaceOf(planning, "user") === undefined && !planning.facts.standing.inUserNamespace;
  return isOutermost && (planning.facts.permittedCapabilities & (1n << bit)) !== 0n;
}

/** JSON rounds numbers above 2^53; whatever is 2^63 or more can only mean no limit. */
function exact(value: number): bigint {
  return value >= 2 ** 63 || value < 0 ? UNLIMITED : BigInt(value);
}

/** A plan holds a `bigint` only where a `number` would lose bits. */
function plainly(value: bigint): number | bigint {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
