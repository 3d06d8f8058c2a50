/** Durations as Go programs write them, because runc's callers pass them on: `5s`, `1m30s`, `250ms`. */
import { GlassboxError } from "../../0-base/mod.ts";

const UNIT_MS: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/**
 * Milliseconds.
 * @throws GlassboxError invalid argument, naming `flag`
 */
export function parseDuration(word: string, flag: string): number {
  const parts = [...word.replace(/^[+-]/, "").matchAll(PART)];
  const whole = parts.map(([part]) => part).join("");
  if (word !== "0" && (whole === "" || whole !== word.replace(/^[+-]/, ""))) {
    throw new GlassboxError("invalid argument", `Cannot use "${word}" for ${flag}: it is no duration`, {
      hint: "Write a number and a unit, such as 500ms, 5s or 1m30s",
    });
  }
  const sum = parts.reduce((total, [, amount, unit = ""]) => total + Number(amount) * (UNIT_MS[unit] ?? 0), 0);
  return word.startsWith("-") ? -sum : sum;
}
