/** What `exec` adds to a container: the process of its configuration with what flags say, or one from a file. */
import { readFileSync } from "node:fs";
import { GlassboxError } from "../../0-base/mod.ts";
import type { Config, Process } from "../spec/config.ts";
import { PROCESS_SHAPE } from "../spec/config-shape.ts";
import { text, texts, type Values } from "./verb.ts";

/**
 * @param config the container's own
 * @throws GlassboxError invalid argument for a flag or a file that makes no sense
 */
export function processOf(config: Config, values: Values, command: string[]): Process {
  const file = text(values, "process");
  if (file !== undefined) return readProcess(file);
  const base = config.process ?? { cwd: "/" };
  const [uid, gid] = (text(values, "user") ?? "").split(":");
  const groups = texts(values, "additional-gids").map((word) => number(word, "--additional-gids"));
  const wanted = texts(values, "cap").map((cap) => cap.toUpperCase());
  return {
    ...base,
    terminal: values.tty === true,
    args: command,
    cwd: text(values, "cwd") ?? base.cwd,
    env: [...(base.env ?? []), ...texts(values, "env")],
    user: {
      ...base.user,
      ...(uid ? { uid: number(uid, "--user") } : {}),
      ...(gid ? { gid: number(gid, "--user") } : {}),
      ...(groups.length > 0 ? { additionalGids: [...(base.user?.additionalGids ?? []), ...groups] } : {}),
    },
    ...(wanted.length > 0 ? { capabilities: withCapabilities(base, wanted) } : {}),
    noNewPrivileges: values["no-new-privs"] === true || (base.noNewPrivileges ?? false),
    ...(values.apparmor ? { apparmorProfile: String(values.apparmor) } : {}),
    ...(values["process-label"] ? { selinuxLabel: String(values["process-label"]) } : {}),
  };
}

/** Never inheritable: a file with inheritable capabilities would then give them to any user (CVE-2022-29162). */
function withCapabilities(base: Process, wanted: string[]): NonNullable<Process["capabilities"]> {
  const sets = base.capabilities ?? {};
  const add = (names: string[] = []) => [...new Set([...names, ...wanted])];
  return { ...sets, bounding: add(sets.bounding), effective: add(sets.effective), permitted: add(sets.permitted) };
}

function readProcess(file: string): Process {
  const json: unknown = JSON.parse(readFileSync(file, "utf8"));
  const [problem] = PROCESS_SHAPE(json, "");
  if (problem) {
    throw new GlassboxError("invalid argument", `Cannot use "${file}": ${problem.pointer || "/"} ${problem.message}`);
  }
  const wanted = json as Process;
  if (!wanted.args?.length)
    throw new GlassboxError("invalid argument", `Cannot use "${file}": /args must name the program to run`);
  return wanted;
}

function number(word: string, flag: string): number {
  const value = Number(word);
  if (word === "" || !Number.isInteger(value) || value < 0) {
    throw new GlassboxError("invalid argument", `Cannot use "${word}" for ${flag}: it must be a number`);
  }
  return value;
}
