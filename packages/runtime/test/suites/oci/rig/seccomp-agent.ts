/** Builds and starts the program that answers calls in the kernel's place (SCMP_ACT_NOTIFY). */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Box } from "./box.ts";

/** The `containerProcessState` of config-linux.md. */
export interface ContainerProcessState {
  ociVersion: string;
  fds: string[];
  pid: number;
  metadata?: string;
  state: { ociVersion: string; id: string; status: string; pid: number; bundle: string; annotations?: object };
}

export interface SeccompAgent {
  /** For `listenerPath`. */
  socket: string;
  /** What the runtime sent, once it has come. */
  state(): Promise<ContainerProcessState>;
  /** Lines after the state: `closed` when the connection has ended, `call NUMBER` for each answered. */
  lines(): string[];
  stop(): void;
}

/** Listening when this returns. Each call it is told of fails with `errno`, or is made after all when that is 0. */
export async function startAgent(box: Box, errno: number): Promise<SeccompAgent> {
  const program = box.path("seccomp-agent");
  const source = fileURLToPath(new URL("seccomp-agent.c", import.meta.url));
  if (!existsSync(program)) execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-o", program, source]);
  const socket = box.path("agent");
  const output = openSync(box.path("agent.out"), "w");
  const child = spawn(program, [socket, `${errno}`], { stdio: ["ignore", output, "inherit"] });
  closeSync(output);
  await box.until("the agent's socket", () => existsSync(socket));
  const said = () => readFileSync(box.path("agent.out"), "utf8").split("\n");
  return {
    socket,
    state: async () => {
      await box.until("the container process state", () => said().length > 1);
      return JSON.parse(said()[0] ?? "");
    },
    lines: () => said().slice(1, -1),
    stop: () => void child.kill("SIGKILL"),
  };
}
