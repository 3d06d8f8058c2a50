/** A terminal for the program: `process.terminal`, `consoleSize`, `--console-socket`, `exec --tty`. */
import assert from "node:assert/strict";
import { type Box, idle } from "./rig/box.ts";
import type { Change } from "./rig/configuration.ts";
import { type ConsoleReceiver, receiveConsole } from "./rig/console-receiver.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Process", terminal';

const withTerminal =
  (change: Change = () => {}): Change =>
  (configuration) => {
    configuration.process.terminal = true;
    change(configuration);
  };

/** With the end of that line, which may come a little after its word. */
const hasEnded = (receiver: ConsoleReceiver) => /^end\r?\n/m.test(receiver.text());

/** All that `script` writes to its terminal, once it has written `end`. */
async function seenOnTerminal(box: Box, script: string, change?: Change, input?: string): Promise<string> {
  const receiver = await receiveConsole(box, input);
  try {
    box.configure(`${script}; echo end; sleep 1000`, withTerminal(change));
    box.ok(["run", "--detach", "--console-socket", receiver.socket, box.id]);
    await box.until("the program's last line", () => hasEnded(receiver));
    return receiver
      .text()
      .replaceAll("\r\n", "\n")
      .split("\n")
      .slice(1)
      .join("\n")
      .replace(/end\n$/, "");
  } finally {
    receiver.stop();
  }
}

rule(
  "the master of a new terminal comes over --console-socket",
  'runtime command line, "Console socket"',
  async (box) => {
    assert.equal(await seenOnTerminal(box, "echo hello"), "hello\n");
  },
);

rule(
  "all three standard streams are the terminal",
  `${source}: "duplicated on the process's standard streams"`,
  async (box) => {
    const seen = await seenOnTerminal(box, "for d in 0 1 2; do test -t $d && echo $d; done");
    assert.equal(seen, "0\n1\n2\n");
  },
);

rule("the terminal is /dev/pts/0 of the container's own devpts", "man 4 pts", async (box) => {
  assert.equal(await seenOnTerminal(box, "tty; ls /dev/pts"), "/dev/pts/0\n0\nptmx\n".replace("0\nptmx", "0     ptmx"));
});

rule(
  "/dev/console is the terminal",
  'config-linux.md "Default Devices": "bind mounting the pseudoterminal pty to /dev/console"',
  async (box) => {
    assert.equal(
      await seenOnTerminal(box, "echo by name > /dev/console; stat -c %F /dev/console"),
      "by name\ncharacter special file\n",
    );
  },
);

rule("the terminal is the controlling one: /dev/tty opens it", "man 4 tty, TIOCSCTTY", async (box) => {
  assert.equal(await seenOnTerminal(box, "echo by tty > /dev/tty"), "by tty\n");
});

rule("what is typed reaches the program", "man 7 pty", async (box) => {
  const seen = await seenOnTerminal(box, "echo ready; read line; echo got $line", undefined, "some words\n");
  assert.equal(seen, "ready\nsome words\ngot some words\n");
});

rule("Ctrl-C is SIGINT for the program in front", "man 3 termios, VINTR", async (box) => {
  const seen = await seenOnTerminal(box, "trap 'echo interrupted' INT; echo ready; sleep 2", undefined, "\x03");
  assert.match(seen, /interrupted/);
});

rule("consoleSize is the size of the terminal", 'config.md "Process", consoleSize', async (box) => {
  const seen = await seenOnTerminal(box, "stty size", (configuration) => {
    configuration.process.consoleSize = { height: 43, width: 132 };
  });
  assert.equal(seen, "43 132\n");
});

rule("the terminal belongs to process.user", "runc, libcontainer/init_linux.go: fixStdioPermissions", async (box) => {
  const seen = await seenOnTerminal(box, "stat -L -c %u /dev/fd/0; echo works > /dev/pts/0", (configuration) => {
    configuration.process.user = { uid: 1000, gid: 1000 };
  });
  assert.equal(seen, "1000\nworks\n");
});

rule("exec --tty --detach sends its own terminal", "man 8 runc-exec, --tty and --console-socket", async (box) => {
  box.launch(idle);
  const receiver = await receiveConsole(box);
  try {
    box.ok([
      "exec",
      "--tty",
      "--detach",
      "--console-socket",
      receiver.socket,
      box.id,
      "sh",
      "-c",
      "tty; echo end; sleep 1000",
    ]);
    await box.until("the program's last line", () => hasEnded(receiver));
    assert.equal(receiver.text().replaceAll("\r\n", "\n").split("\n")[1], "/dev/pts/0");
  } finally {
    receiver.stop();
  }
});

rule(
  "a detached terminal without --console-socket is refused",
  "runc: cannot allocate tty if runc will detach without setting console socket",
  (box) => {
    box.configure(idle, withTerminal());
    box.refused(["create", box.id]);
    box.refused(["state", box.id]);
  },
);

rule(
  "--console-socket without a terminal is refused",
  "runc: cannot use console socket if runc will not detach or allocate tty",
  async (box) => {
    const receiver = await receiveConsole(box);
    try {
      box.configure(idle);
      box.refused(["create", "--console-socket", receiver.socket, box.id]);
      box.refused(["state", box.id]);
    } finally {
      receiver.stop();
    }
  },
);

rule("a console socket that nobody listens on is refused", 'runtime.md "Errors"', (box) => {
  box.configure(idle, withTerminal());
  box.refused(["create", "--console-socket", box.path("nobody"), box.id]);
  box.refused(["state", box.id]);
});

rule(
  "consoleSize without a terminal is ignored",
  'config.md "Process": "Runtimes MUST ignore consoleSize if terminal is false or unset"',
  (box) => {
    const seen = box.output("echo ran", (configuration) => {
      configuration.process.consoleSize = { height: 43, width: 132 };
    });
    assert.equal(seen, "ran\n");
  },
);
