/** `--pidfd-socket`: a descriptor for the new process, for whoever wants to watch it. */
import assert from "node:assert/strict";
import { idle } from "./rig/box.ts";
import { receiveConsole } from "./rig/console-receiver.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc-create (runc 1.2), --pidfd-socket";

rule("create sends a descriptor for the container's first process", source, async (box) => {
  const receiver = await receiveConsole(box);
  try {
    box.configure(idle);
    box.ok(["create", "--pidfd-socket", receiver.socket, box.id]);
    await box.until("the descriptor", () => receiver.text() === `process ${box.state().pid}\n`);
  } finally {
    receiver.stop();
  }
});

rule("run --detach sends it too, and it tells when the process ends", source, async (box) => {
  const receiver = await receiveConsole(box);
  try {
    box.configure(idle);
    box.ok(["run", "--detach", "--pidfd-socket", receiver.socket, box.id]);
    const { pid } = box.state();
    await box.until("the descriptor", () => receiver.text() === `process ${pid}\n`);
    box.ok(["kill", box.id, "KILL"]);
    await box.until("its end", () => receiver.text() === `process ${pid}\nended\n`);
  } finally {
    receiver.stop();
  }
});

rule("exec sends one for the process it adds", "man 8 runc-exec (runc 1.2), --pidfd-socket", async (box) => {
  const receiver = await receiveConsole(box);
  try {
    const init = box.launch();
    box.ok(["exec", "--detach", "--pidfd-socket", receiver.socket, box.id, "/bin/sleep", "1000"]);
    const pids: number[] = JSON.parse(box.ok(["ps", "--format", "json", box.id]));
    const added = pids.find((pid) => pid !== init);
    await box.until("the descriptor", () => receiver.text() === `process ${added}\n`);
  } finally {
    receiver.stop();
  }
});

rule("a socket that nobody listens at is refused and nothing is left", source, (box) => {
  box.configure(idle);
  const said = box.refused(["create", "--pidfd-socket", box.path("nobody"), box.id]);
  assert.match(said, /no such file or directory|ENOENT/i);
  box.refused(["state", box.id]);
});
