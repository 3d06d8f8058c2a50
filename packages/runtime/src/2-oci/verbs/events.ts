/**
 * `events`: what a container uses, a line of JSON at every interval, and a line whenever the kernel ends one of its
 * processes for want of memory. It ends when the container does.
 */
import { GlassboxError, sleep } from "../../0-base/mod.ts";
import { print } from "../cli/output.ts";
import { statusOf } from "../state/container-state.ts";
import { load } from "../state/store.ts";
import { type GroupFiles, groupFiles } from "../stats/group-files.ts";
import { eventLine, oomCount, statsOf } from "../stats/stats.ts";
import { parseDuration } from "./duration.ts";
import { oneId } from "./launch-flags.ts";
import { text, type Verb } from "./verb.ts";

/**
 * How often the kernel's count of such ends is looked at. The count loses none, and of v1's and v2's ways to be woken
 * one needs an eventfd, which JavaScript cannot make.
 */
const LOOK_EVERY_MS = 100;

export const events: Verb = {
  args: "ID",
  summary: "print what a container uses, and when it runs out of memory",
  description: "One JSON object a line, every 5 seconds unless told otherwise, until the container ends.",
  flags: {
    interval: { type: "string", value: "DURATION", help: "time between two prints, such as 500ms (default: 5s)" },
    stats: { type: "boolean", help: "print what it uses once and end" },
  },
  async run(context, values, args) {
    const id = oneId(args, "events");
    const intervalMs = parseDuration(text(values, "interval") ?? "5s", "--interval");
    if (intervalMs <= 0) throw new GlassboxError("invalid argument", "duration interval must be greater than 0");
    const { stored, directory } = load(context.root, id);
    const ended = () => statusOf(stored, directory) === "stopped";
    if (ended()) throw new GlassboxError("failed precondition", `container with id ${id} is not running`);
    const files = groupFiles(stored.cgroups);
    if (values.stats) {
      print(eventLine("stats", id, statsOf(files)));
      return 0;
    }
    const newEnds = watchOomCount(files);
    // The last look comes after the end: it may be the memory that ended the container.
    for (let nextMs = Date.now() + intervalMs, over = false; !over; ) {
      over = ended();
      if (newEnds() && !print(eventLine("oom", id))) return 0;
      if (over) break;
      if (Date.now() >= nextMs) {
        if (!print(eventLine("stats", id, statsOf(files)))) return 0;
        nextMs += intervalMs;
      }
      await sleep(Math.max(1, Math.min(LOOK_EVERY_MS, nextMs - Date.now())));
    }
    return 0;
  },
};

/** Says at each call whether memory has run out since the one before. */
function watchOomCount(files: GroupFiles): () => boolean {
  let last = oomCount(files);
  return () => {
    const before = last;
    last = oomCount(files);
    return last.killed > before.killed || (last.waiting && !before.waiting);
  };
}
