/**
 * How long a newcomer takes for a lab, reckoned from its text, so that what the start page says changes with what there
 * is to read and to type. Nobody was timed: it is a rule, with its assumptions written down.
 */
import type { CgroupVersion } from "./lesson.ts";

/** Carver, "Reading Rate: Theory, Research, and Practical Implications" (1992), has 200 for reading to learn. */
const WORDS_PER_MINUTE = 180;
/** To run or type a command, and to read what it prints. */
const COMMAND_SECONDS = 15;
/** To answer the prediction, and to find in the graph what has changed. */
const STEP_SECONDS = 45;

const RUNNABLE = /^```sh run[^\n]*\n([\s\S]*?)\n```$/gm;

/**
 * Whole minutes for steps with these `step.md`, as they are on disk: the start page asks for all labs at once, and an
 * emulated machine takes seconds to build them.
 */
export function minutesToDo(lessons: readonly string[], machine: CgroupVersion): number {
  const other = machine === "v1" ? "v2" : "v1";
  const forOthers = new RegExp(
    `^:::${other}\n[\\s\\S]*?\n:::$|^\`\`\`[^\n]* cgroup=${other}\n[\\s\\S]*?\n\`\`\`$`,
    "gm",
  );
  let seconds = 0;
  for (const lesson of lessons) {
    const text = lesson.replaceAll(forOthers, "");
    const commands = [...text.matchAll(RUNNABLE)].flatMap(([, lines = ""]) => lines.split("\n"));
    const words = text.replaceAll(RUNNABLE, "").match(/\S*[\p{L}\p{N}]\S*/gu) ?? [];
    seconds += STEP_SECONDS + commands.length * COMMAND_SECONDS + (words.length / WORDS_PER_MINUTE) * 60;
  }
  return Math.round(seconds / 60);
}
