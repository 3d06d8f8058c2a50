/** Builds and starts the program that takes a container's terminal over `--console-socket`, or a descriptor for a process. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Box } from "./box.ts";

export interface ConsoleReceiver {
  /** For `--console-socket`. */
  socket: string;
  /** What came over the terminal so far, after the line `terminal COLUMNSxROWS`; or `process PID`, then `ended`. */
  text(): string;
  stop(): void;
}

/** Listening when this returns; `input` is typed into the terminal once the program has written something. */
export async function receiveConsole(box: Box, input = ""): Promise<ConsoleReceiver> {
  // Beside the cases: one compilation for all of a feature.
  const program = join(dirname(box.directory), "receive-console");
  const source = fileURLToPath(new URL("receive-console.c", import.meta.url));
  if (!existsSync(program)) execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-o", program, source]);
  const socket = box.path("console");
  const output = openSync(box.path("terminal"), "w");
  const child: ChildProcess = spawn(program, [socket, input], { stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  await box.until("the console socket", () => existsSync(socket));
  return {
    socket,
    text: () => readFileSync(box.path("terminal"), "utf8"),
    stop: () => void child.kill("SIGKILL"),
  };
}
