/** create, start, kill, delete: what each does to the container's status, and the moves that are refused. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Box } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const lifecycle = 'runtime.md "Lifecycle"';

rule(
  "create makes the container and does not run the program",
  'runtime.md "Create": "MUST NOT be run at this time"',
  async (box) => {
    const output = box.create("echo ran > /dev/stdout");
    assert.equal(box.state().status, "created");
    await new Promise((done) => setTimeout(done, 100));
    assert.equal(readFileSync(output, "utf8"), "");
  },
);

rule("start runs the program", 'runtime.md "Start"', async (box) => {
  const output = box.create("echo ran; exec sleep 1000");
  box.ok(["start", box.id]);
  assert.equal(box.state().status, "running");
  await box.until("the program's output", () => readFileSync(output, "utf8") === "ran\n");
});

rule(
  "when the program ends the container is stopped",
  'runtime.md "Kill": "the status property MUST be stopped"',
  async (box) => {
    box.create("exit 3");
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
  },
);

rule(
  "a program killed from outside leaves the container stopped",
  'runtime.md "Kill": "or any other reason"',
  async (box) => {
    process.kill(box.launch(), "SIGKILL");
    await box.untilStatus("stopped");
  },
);

rule("delete takes a stopped container away", 'runtime.md "Delete"', async (box) => {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  box.ok(["delete", box.id]);
  assert.match(box.refused(["state", box.id]), /does not exist|No such file/);
});

rule(
  "a deleted container's id can be used again",
  'runtime.md "Delete": "its ID MAY be used by a subsequent container"',
  async (box) => {
    for (const text of ["first", "second"]) {
      const output = box.create(`echo ${text}`);
      box.ok(["start", box.id]);
      await box.untilStatus("stopped");
      box.ok(["delete", box.id]);
      assert.equal(readFileSync(output, "utf8"), `${text}\n`);
    }
  },
);

rule(
  "config.json changed after create changes nothing",
  'runtime.md "Create": "will not have an effect on the container"',
  async (box) => {
    const output = box.create("hostname; echo first");
    box.configure("echo second", (configuration) => {
      configuration.hostname = "second";
    });
    box.ok(["start", box.id]);
    await box.untilStatus("stopped");
    assert.equal(readFileSync(output, "utf8"), "runc\nfirst\n");
  },
);

rule("the bundle's config.json may be gone after create", 'runtime.md "Create"', async (box) => {
  box.create("exit 0");
  writeFileSync(join(box.bundle, "config.json"), "not JSON any more");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
  box.ok(["delete", box.id]);
});

/** A move from a status: refused, and the status stays. */
const wrongMoves: Array<[string, string[], (box: Box) => Promise<void> | void, string, RegExp]> = [
  ["start of a running container", ["start"], (box) => void box.launch(), "running", /./],
  ["start of a stopped container", ["start"], stopped, "stopped", /./],
  [
    "kill of a stopped container",
    ["kill"],
    stopped,
    "stopped",
    /not running|process already finished|no such process/i,
  ],
  ["delete of a running container", ["delete"], (box) => void box.launch(), "running", /./],
  ["exec in a stopped container", ["exec"], stopped, "stopped", /./],
];

async function stopped(box: Box): Promise<void> {
  box.create("exit 0");
  box.ok(["start", box.id]);
  await box.untilStatus("stopped");
}

for (const [sentence, [verb = ""], reach, status, text] of wrongMoves) {
  rule(
    `${sentence} is refused and changes nothing`,
    `${lifecycle}: "MUST have no effect ... and MUST generate an error"`,
    async (box) => {
      await reach(box);
      assert.match(box.refused([verb, box.id, ...(verb === "exec" ? ["true"] : [])]), text);
      assert.equal(box.state().status, status);
    },
  );
}

rule(
  "create with an id in use is refused and leaves the first alone",
  'runtime.md "Create": "If the ID provided is not unique"',
  (box) => {
    const pid = box.launch();
    assert.match(box.refused(["create", box.id]), /already exists|exist/i);
    assert.deepEqual([box.state().status, box.state().pid], ["running", pid]);
  },
);

for (const verb of ["start", "state", "kill", "delete", "exec"]) {
  rule(
    `${verb} of an id that is not there is refused`,
    `runtime.md: "container that does not exist MUST generate an error"`,
    (box) => {
      const rest = verb === "exec" ? ["true"] : [];
      assert.match(box.refused([verb, "suite-no-such-container", ...rest]), /does not exist|no such file/i);
    },
  );

  rule(
    `${verb} without an id is refused`,
    'runtime.md: "MUST generate an error if it is not provided the ID"',
    (box) => {
      box.refused([verb]);
    },
  );
}

/** `ID` stands for the rule's own id, so that what a runtime makes by mistake is found and removed. */
for (const pattern of ["", ".", "..", "a/ID", "../ID", "a ID", "a\nID", "/ID"]) {
  rule(
    `the id ${JSON.stringify(pattern)} is refused`,
    'runtime.md "Create": "or is not valid in any other way"',
    (box) => {
      box.configure("true");
      box.refused(["create", pattern.replace("ID", box.id)]);
      assert.deepEqual(readdirSync(box.path("root")), []);
      assert.ok(!existsSync(box.path(box.id)));
    },
  );
}

for (const id of ["a", "under_score", "dot.ted", "plus+sign", "dash-ed", "UPPER", "0"]) {
  rule(`the id ${JSON.stringify(id)} is taken`, "runc, libcontainer/factory_linux.go: idRegex", (box) => {
    const unique = `${box.id}-${id}`;
    box.configure("echo ran");
    assert.equal(box.ok(["run", unique]), "ran\n");
  });
}

rule(
  "a create that fails leaves no state",
  'runtime.md "Errors": "as if the operation were never attempted"',
  (box) => {
    box.configure("true", (configuration) => {
      configuration.mounts.push({ destination: "/tmp", source: box.path("missing"), options: ["bind"] });
    });
    box.refused(["create", box.id]);
    box.refused(["state", box.id]);
    assert.equal(box.ok(["list", "--quiet"]), "");
  },
);

rule("two containers of one bundle do not meet", 'runtime.md "Scope of a Container"', (box) => {
  const first = box.launch();
  box.ok(["create", `${box.id}-b`]);
  box.ok(["start", `${box.id}-b`]);
  box.ok(["delete", "--force", `${box.id}-b`]);
  assert.deepEqual([box.state().status, box.state().pid], ["running", first]);
});

for (const [what, spoil, reason] of [
  ["no program", (path: string) => writeFileSync(path, "no program\n"), /exec format error/i],
  ["a link to itself", becomeLinkToItself, /too many levels of symbolic links/i],
] as const) {
  rule(
    `a program that cannot be executed, ${what}, is named on the container's standard error`,
    "runc, standard_init_linux.go: exec NAME: REASON",
    async (box) => {
      const program = join(box.rootfs, "bin/bad");
      writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
      const output = box.create("", (configuration) => {
        configuration.process.args = ["/bin/bad"];
      });
      spoil(program);
      box.call(["start", box.id]);
      const said = output.replace(/out$/, "err");
      await box.until("the container to say why", () => {
        const [, why = ""] = /exec.*\/bin\/bad(.*)/.exec(readFileSync(said, "utf8")) ?? [];
        return reason.test(why);
      });
    },
  );
}

function becomeLinkToItself(path: string): void {
  rmSync(path);
  symlinkSync(basename(path), path);
}
