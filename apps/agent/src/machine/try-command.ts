/**
 * Runs a short command to see whether it works. Namespaces and mounts cannot be tried inside the agent: it has threads,
 * and its own namespaces must stay as they are.
 */
import { execFile } from "node:child_process";

export interface Tried {
  worked: boolean;
  /** What it printed, errors included, as one line. */
  said: string;
}

/** Never rejects: a command that is missing or is too slow has not worked. `input` goes to its standard input. */
export function tryCommand(command: string, args: string[], signal: AbortSignal, input = ""): Promise<Tried> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { signal, killSignal: "SIGKILL", encoding: "utf8" },
      (error, stdout, stderr) => {
        const said = `${stdout} ${stderr}`.replace(/\s+/g, " ").trim();
        resolve({ worked: error === null, said: said || (error?.message ?? "") });
      },
    );
    child.stdin?.on("error", () => {}); // it may end without reading
    child.stdin?.end(input);
  });
}
