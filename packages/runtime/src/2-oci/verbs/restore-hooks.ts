/**
 * Hooks in the middle of a restore: criu stops at a script of ours when the container's namespaces are there, the plan says
 * so, and the script is told how they went. As with runc these are prestart and createRuntime. Those of a program that is
 * made and started are not due, since its mounts come from the images and it runs already; whoever names them is told.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GlassboxError, messageOf } from "../../0-base/mod.ts";
import type { Results } from "../../1-kernel/mod.ts";
import { type Config, HOOK_KINDS, type HookKind } from "../spec/config.ts";
import { describe, type StoredState } from "../state/container-state.ts";
import type { CriuCall } from "./criu.ts";
import { hasHooks, runHooks } from "./hooks.ts";
import { HOOKS_PID_VARIABLE, type RestorePlan } from "./restore-plan.ts";

const KINDS: readonly HookKind[] = ["prestart", "createRuntime"];

/** Pure: a warning of each kind that `config` names and a restore leaves out. poststop comes with the container's end. */
export function leftOutInRestore(config: Config): string[] {
  return HOOK_KINDS.filter((kind) => kind !== "poststop" && !KINDS.includes(kind) && hasHooks(config, [kind])).map(
    (kind) => `/hooks/${kind}: such hooks do not run in a restore: the container was created and started before`,
  );
}

export class HooksInRestore {
  /** Where the script is to be, if one is due. */
  readonly place: RestorePlan["hooks"];
  /** For criu. */
  readonly call: Pick<CriuCall, "args" | "environment">;
  /** Of the first hook that failed; criu then fails too. */
  failure: unknown;
  readonly #config: Config;
  readonly #stored: StoredState;
  readonly #directory: string;

  constructor(config: Config, stored: StoredState, directory: string) {
    this.#config = config;
    this.#stored = stored;
    this.#directory = directory;
    this.place = hasHooks(config, KINDS) ? placeIn(directory) : undefined;
    this.call = this.place
      ? { args: ["--action-script", this.place.script], environment: { [HOOKS_PID_VARIABLE]: this.#pidFile } }
      : { args: [] };
  }

  get #pidFile(): string {
    return join(this.#directory, "hooks.pid");
  }

  /** The plan has said that it is time: returns at once, and answers the script when they are through. */
  run({ asks = 0, runtime, answer_writer }: Results): void {
    // Nobody asks where criu has failed before it came so far.
    if (asks === 0) return;
    void this.#runAll()
      .then(
        () => "go\n",
        (thrown: unknown) => {
          this.failure = thrown;
          return "no\n";
        },
      )
      .then((word) => writeFileSync(`/proc/${runtime}/fd/${answer_writer}`, word))
      .catch((thrown: unknown) => {
        // The plan has ended meanwhile, and says why.
        this.failure ??= new GlassboxError("internal", `Cannot answer criu's script: ${messageOf(thrown)}`);
      });
  }

  async #runAll(): Promise<void> {
    const pid = Number(readFileSync(this.#pidFile, "utf8"));
    const state = { ...describe(this.#stored, this.#directory), status: "creating" as const, pid };
    for (const kind of KINDS) {
      await runHooks(kind, { config: this.#config, state, directory: this.#directory });
    }
  }
}

function placeIn(directory: string): NonNullable<RestorePlan["hooks"]> {
  const place = join(directory, "hooks");
  mkdirSync(place, { mode: 0o700 });
  return { directory: place, script: join(place, "script") };
}
