/**
 * One agent a run directory: two would check the same labs and tidy up under each other's feet. The pid file says who is
 * there; one that its agent did not live to remove is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { GlassboxError } from "@glassbox/runtime/base";

/** What the agent calls itself in `comm`; tells it from another process that got a dead agent's pid. */
export const PROCESS_NAME = "glassboxd";

/**
 * Takes the run directory for this process and returns how to give it back.
 * @throws GlassboxError "already exists" while another agent has it
 */
export function takeRunDir(runDir: string): () => void {
  process.title = PROCESS_NAME;
  const file = path.join(runDir, "glassboxd.pid");
  mkdirSync(runDir, { recursive: true, mode: 0o755 });
  for (;;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    if (pid !== process.pid && isAgent(pid)) {
      throw new GlassboxError("already exists", `Cannot start: another Glassbox agent, pid ${pid}, uses "${runDir}"`, {
        hint: `End it with "kill ${pid}", or give this one its own --run-dir and --data-dir`,
      });
    }
    rmSync(file, { force: true });
  }
}

function isAgent(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === PROCESS_NAME;
  } catch {
    return false;
  }
}
