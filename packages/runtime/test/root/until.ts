import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MS = 60_000;

/**
 * Wait for what the kernel or another process will do.
 *
 * @throws AssertionError if `condition` does not hold within a minute
 */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (const endsAt = Date.now() + PATIENCE_MS; !condition(); await delay(5))
    assert.ok(Date.now() < endsAt, `waited in vain for ${what}`);
}
