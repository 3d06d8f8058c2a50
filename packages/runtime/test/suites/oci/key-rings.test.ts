/** Session key rings: a container has one of its own, and nobody in it gets the one of whoever called the runtime. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { KEYCTL } from "../../../src/1-kernel/abi/keyctl.ts";
import { SYSCALL_NUMBERS } from "../../../src/1-kernel/abi/syscall-numbers.ts";
import { type Box, idle, MachineCannot } from "./rig/box.ts";
import type { Change } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 7 keyrings; runc, libcontainer: JoinSessionKeyring";

const { keyctl } = SYSCALL_NUMBERS[process.arch === "arm64" ? "aarch64" : "x86_64"];
const JOIN = `import ctypes, os, sys
ctypes.CDLL(None).syscall(${keyctl}, ${KEYCTL.KEYCTL_JOIN_SESSION_KEYRING}, b"callers-ring")
os.execvp(sys.argv[1], sys.argv[1:])`;
/** Calls the runtime from a session with a key ring that can be told from others. */
const wrapper = ["python3", "-c", JOIN];

/** The kernel shows another user's ring only to who has it in their session. */
const LOOK = "cat /proc/keys";
const asUser: Change = (configuration) => {
  configuration.process.user = { uid: 1000, gid: 1000 };
  showKeys(configuration);
};
const showKeys: Change = (configuration) => {
  if (!existsSync("/proc/keys")) throw new MachineCannot("the kernel has no keys");
  configuration.linux.maskedPaths = [];
};

/** Its number and name. runc calls it `_ses.ID`, crun `ID`. */
function ringOf({ id }: Box): RegExp {
  return new RegExp(`^(\\w+) .*keyring +(?:_ses\\.)?${id}\\b`, "m");
}

rule("the program has a session key ring of the container's, not its caller's", source, (box) => {
  const keys = box.output(LOOK, asUser, { wrapper });
  assert.match(keys, ringOf(box));
  assert.doesNotMatch(keys, /callers-ring/);
});

rule("with --no-new-keyring it keeps its caller's", "runc run --no-new-keyring", (box) => {
  box.configure(LOOK, asUser);
  assert.match(box.ok(["run", "--no-new-keyring", box.id], { wrapper }), /keyring +callers-ring/);
});

rule("a process that exec adds has the container's, not its caller's", source, (box) => {
  box.launch(idle, showKeys);
  const keys = box.ok(["exec", "--user", "1000:1000", box.id, "/bin/sh", "-c", LOOK], { wrapper });
  assert.doesNotMatch(keys, /callers-ring/);
  assert.match(keys, ringOf(box));
});

rule(
  "what the program keeps in its session key ring is there for exec as well",
  "runc: ModKeyringPerm",
  async (box) => {
    const output = box.create(`${LOOK}; ${idle}`, showKeys);
    box.ok(["start", box.id]);
    const numberIn = (keys: string) => keys.match(ringOf(box))?.[1];
    await box.until("the program to have looked", () => readFileSync(output, "utf8").endsWith("\n"));
    const ofProgram = numberIn(readFileSync(output, "utf8"));
    assert.ok(ofProgram);
    const ofExec = numberIn(box.ok(["exec", "--user", "1000:1000", box.id, "/bin/sh", "-c", LOOK]));
    assert.equal(ofExec, ofProgram);
  },
);
