/** How the agent's tests wait for what a process, a socket or the kernel will do: they look again until it is so. */
import { setTimeout as delay } from "node:timers/promises";

/** Between two looks: short beside what is waited for, and no load. */
const LOOK_EVERY_MS = 5;

/** Waits until something holds. @throws Error that says what did not */
export async function until(what: string, holds: () => boolean, deadlineMs = 60_000): Promise<void> {
  for (const end = Date.now() + deadlineMs; !holds(); await delay(LOOK_EVERY_MS)) {
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain until ${what}`);
  }
}
