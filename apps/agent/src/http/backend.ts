/**
 * What the HTTP and socket layer needs of the rest of the agent, as small interfaces it owns. `main.ts` wires the real
 * ones in; tests wire others. The kernel graph's own interface is `observe/kernel-graph.ts`.
 */
import type {
  FileContent,
  LabDetail,
  LabState,
  LabSummary,
  MachineInfo,
  PlanView,
  Solution,
  TerminalInfo,
} from "@glassbox/protocol";

export interface LabsBackend {
  catalogue(): LabSummary[];
  /** @throws GlassboxError "not found" */
  detail(lab: string): LabDetail;
  state(lab: string): LabState;
  /** Make the working directory and start checking. Opening an open lab changes nothing. */
  open(lab: string, signal?: AbortSignal): Promise<LabState>;
  /** Undo all that the learner made in this lab: processes, mounts, cgroups, namespaces, containers, files, progress. */
  reset(lab: string, signal?: AbortSignal): Promise<LabState>;
  /** Check this step from now on, even where steps before it are not done. */
  beginStep(lab: string, step: string): Promise<LabState>;
  /** Mark this step and those after it as not done, and bring back the files this step began with. */
  resetStep(lab: string, step: string, signal?: AbortSignal): Promise<LabState>;
  solution(lab: string, step: string): Solution;
  readFile(lab: string, path: string): Promise<FileContent>;
  /** @throws GlassboxError "failed precondition" when `revision` is not the file's current one */
  writeFile(lab: string, file: FileContent): Promise<FileContent>;
  /** The plan `glassrun` would perform for the bundle at `path` in the lab's working directory. */
  plan(lab: string, path: string): Promise<PlanView>;
  subscribe(listener: (state: LabState) => void): () => void;
}

/** A terminal's output with its byte numbers, as one socket follows it. */
export interface TerminalFollower {
  /** Bytes from the follower's position on; called in order, at most `HIGH_WATER_BYTES` ahead of its acknowledgements. */
  onOutput(fromByte: number, bytes: Uint8Array): void;
  /** After the last output. The last call. */
  onEnded(reason: string): void;
  /** It has acknowledged nothing for long while the shell waits for it, and is followed no more. The last call. */
  onStalled(): void;
}

export interface TerminalsBackend {
  list(): TerminalInfo[];
  /** A second call with the same lab and name returns the running terminal. */
  create(request: { lab: string; name: string; columns: number; rows: number }): Promise<TerminalInfo>;
  close(id: string): Promise<void>;
  /** @throws GlassboxError "not found", or "already exists" when another terminal of its lab has that name */
  rename(id: string, name: string): TerminalInfo;
  /** Replays from `fromByte` (or the oldest kept), then follows. Returns where it began, and how to stop. */
  follow(
    id: string,
    fromByte: number,
    follower: TerminalFollower,
  ): { fromByte: number; stop(): void; ack(upToByte: number): void };
  input(id: string, data: string): void;
  resize(id: string, columns: number, rows: number): void;
  /** SIGINT to the foreground process group, past whatever is queued as input. */
  interrupt(id: string): void;
  subscribe(listener: (terminals: TerminalInfo[]) => void): () => void;
}

export interface MachineBackend {
  info(): Promise<MachineInfo>;
}

/** What a terminal needs to know of a lab to start a shell in it. */
export interface LabShells {
  /** Working directory, environment and the cgroup (created) that the shell starts in. Opens the lab when it is closed. */
  shellFor(lab: string): Promise<{ cwd: string; env: Record<string, string>; cgroupProcsFiles: string[] }>;
}
