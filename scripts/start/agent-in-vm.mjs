/**
 * Runs the agent in the lab VM, with its port forwarded to this machine's loopback. The agent makes its token inside;
 * its ready line comes out over the VM's second serial port, so nothing secret is on a command line or a disk.
 */
import { inBuild, root } from "../setup/paths.mjs";
import { Refusal } from "../setup/refusal.mjs";
import { bootVm } from "../vm/boot.mjs";
import { shellQuote } from "../vm/shell-quote.mjs";

/** Emulated on a slow machine; where it is not up by then, the console log says where it stands. */
const READY_MS = 180_000;

/**
 * @param {{ host: string, port: number }} options
 * @param {import("../setup/progress.mjs").Say} say
 * @returns {Promise<import("./agent-here.mjs").RunningAgent & { consoleLog: string, accelerator: "kvm" | "tcg" }>}
 * @throws {Refusal}
 */
export async function runAgentInVm({ host, port }, say) {
  say("booting");
  const { promise: ready, resolve: onReady, reject: onFailed } = withResolvers();
  const vm = await bootVm({
    name: `agent-${port}`,
    mainScript: mainScript(port),
    forward: { host, port },
    onWord: (word, text) => {
      if (word === "progress") say(text);
      if (word === "ready") onReady(text);
      if (word === "failed") onFailed(new Error(text));
    },
  });
  const timer = setTimeout(() => onFailed(new Error(`it was not up after ${READY_MS / 1000} s`)), READY_MS);
  vm.ended.then(
    () => onFailed(new Error("it ended")),
    (cause) => onFailed(cause),
  );
  try {
    const url = new URL(JSON.parse(await ready).url);
    url.hostname = host;
    url.port = String(port);
    const ended = vm.ended.then(
      () => 0,
      () => 1,
    );
    return { url: url.href, ended, stop: vm.stop, consoleLog: vm.consoleLog, accelerator: vm.accelerator };
  } catch (cause) {
    await vm.stop();
    if (cause instanceof Refusal) throw cause;
    const why = cause instanceof Error ? cause.message : cause;
    throw new Refusal(`The agent did not come up in the lab VM: ${why}`, `See ${vm.consoleLog}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Listens on every address of the VM: the only way in is the forwarded port. @param {number} port */
function mainScript(port) {
  const agent = [process.execPath, inBuild("glassboxd.mjs"), "--host", "0.0.0.0", "--port", String(port)];
  return `#!/bin/sh
exec >/dev/ttyS0 2>&1 </dev/null
export PATH=${shellQuote(process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin")} HOME=/root
cd ${shellQuote(root)}
printf '\\036glassbox progress starting the agent\\n' >/dev/ttyS1
mkfifo /run/glassbox-vm/ready
${agent.map(shellQuote).join(" ")} --place vm --ready-fd 3 3>/run/glassbox-vm/ready &
{ read -r line && printf '\\036glassbox ready %s\\n' "$line" >/dev/ttyS1; } </run/glassbox-vm/ready
wait $!
printf '\\036glassbox failed the agent ended with exit code %s\\n' "$?" >/dev/ttyS1
/run/glassbox-vm/busybox sleep 1
/run/glassbox-vm/busybox poweroff -f
`;
}

/** Promise.withResolvers, which Node 20 does not have. */
function withResolvers() {
  /** @type {(text: string) => void} */
  let resolve = () => {};
  /** @type {(cause: Error) => void} */
  let reject = () => {};
  const promise = new Promise((onDone, onError) => {
    resolve = onDone;
    reject = onError;
  });
  promise.catch(() => {}); // a VM that ends after its agent was ready is told by `ended`
  return { promise, resolve, reject };
}
