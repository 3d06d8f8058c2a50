/**
 * What kwatch says, one line a record; `native/kwatch/` opens with the same list. Pure over text.
 */

export type KwatchRecord =
  /** First record. Without the proc connector, processes are only found by scanning. */
  | { type: "ready"; procConnector: boolean }
  | { type: "fork"; parent: number; pid: number }
  /** `id` is a change of user or group ids, `sid` a new session, `comm` a new name. */
  | { type: "exec" | "id" | "sid" | "comm"; pid: number }
  /** `status` as `wait4` gives it. The process may stay as a zombie. */
  | { type: "exit"; pid: number; status: number }
  /** It runs mount(8), with these words, in this directory; told right after its `exec`. */
  | { type: "mounting"; pid: number; cwd: string; argv: string[] }
  /** The mount table of the namespace that was watched through this process (or kwatch's own) changed. */
  | { type: "mounts"; pid: number | "self" }
  /** Some UTS namespace's host name changed. */
  | { type: "hostname" }
  | { type: "cgroup"; change: "create" | "remove"; directory: string }
  /** Someone wrote to `file`, or the kernel changed it (`cgroup.events`). */
  | { type: "cgroup"; change: "write"; directory: string; file: string }
  /** Notifications were dropped; what they said can only be found by scanning. */
  | { type: "lost"; what: string }
  | { type: "failed"; what: string; errno: number; argument: string };

/** Undefined for a line that is no record: an answer to a question, or something newer than this client. */
export function parseRecord(line: string): KwatchRecord | undefined {
  const [type = "", first = "", second = ""] = line.split(" ", 3);
  switch (type) {
    case "ready":
      return { type, procConnector: first === "proc=yes" };
    case "fork":
      return { type, parent: Number(first), pid: Number(second) };
    case "exec":
    case "id":
    case "sid":
    case "comm":
      return { type, pid: Number(first) };
    case "exit":
      return { type, pid: Number(first), status: Number(second) };
    case "mounting": {
      const [cwd = "", ...argv] = line.slice(type.length + first.length + 2).split("\t");
      return { type, pid: Number(first), cwd, argv: argv.filter((word) => word !== "") };
    }
    case "mounts":
      return { type, pid: first === "self" ? "self" : Number(first) };
    case "hostname":
      return { type };
    case "cgroup":
      return parseCgroupRecord(first, line.slice(type.length + first.length + 2));
    case "lost":
      return { type, what: first };
    case "failed":
      return {
        type,
        what: first,
        errno: Number(second),
        argument: line.slice(`failed ${first} ${second} `.length),
      };
    default:
      return undefined;
  }
}

function parseCgroupRecord(change: string, rest: string): KwatchRecord | undefined {
  if (change === "create" || change === "remove") return { type: "cgroup", change, directory: rest };
  if (change !== "write") return undefined;
  const space = rest.indexOf(" ");
  return { type: "cgroup", change, file: rest.slice(0, space), directory: rest.slice(space + 1) };
}
