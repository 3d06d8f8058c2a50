/** Global flags, `--log`, `--log-format`, `--debug` and `--rootless`, help and version: what programs read that drive a runtime. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { type Box, idle } from "./rig/box.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = "man 8 runc, --log and --log-format";

function failing(box: Box, flags: string[]): string {
  box.configure("true", (configuration) => {
    configuration.process.args = ["/no/such/program"];
  });
  return box.refused(["--log", box.path("log"), ...flags, "run", box.id]);
}

rule(
  "--log-format json writes exactly one object for an error",
  "podman decodes the whole file as one object",
  (box) => {
    failing(box, ["--log-format", "json"]);
    const { level, msg, time } = JSON.parse(readFileSync(box.path("log"), "utf8"));
    assert.equal(level, "error");
    assert.match(msg, /no such file or directory/i);
    assert.ok(!Number.isNaN(Date.parse(time)), time);
  },
);

rule("--log-format text writes the error as text", source, (box) => {
  failing(box, ["--log-format", "text"]);
  assert.match(readFileSync(box.path("log"), "utf8"), /no such file or directory/i);
});

rule("the error is on standard error too", "runc, utils.go: fatal writes to both", (box) => {
  assert.match(failing(box, ["--log-format", "json"]), /no such file or directory/i);
});

rule("a call that succeeds logs nothing", source, (box) => {
  box.configure("true");
  box.ok(["--log", box.path("log"), "--log-format", "json", "run", box.id]);
  assert.equal(existsSync(box.path("log")) ? readFileSync(box.path("log"), "utf8") : "", "");
});

rule("an error is added to what the log has", "callers give one log to create, start and delete", (box) => {
  failing(box, ["--log-format", "json"]);
  failing(box, ["--log-format", "json"]);
  const lines = readFileSync(box.path("log"), "utf8").trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).level),
    ["error", "error"],
  );
});

rule(
  "with --log a warning is not mixed into what the container says",
  "callers make standard error the container's own",
  (box) => {
    box.configure("echo said >&2", ({ process }) => {
      process.capabilities?.bounding?.push("CAP_OF_TOMORROW");
    });
    const { code, stderr } = box.call(["--log", box.path("log"), "run", box.id]);
    assert.deepEqual([code, stderr], [0, "said\n"]);
  },
);

rule("an unknown --log-format is refused", source, (box) => {
  box.refused(["--log-format", "poem", "list"]);
});

rule("an unknown --rootless is refused by run, and no matter to list", "runc, parseBoolOrAuto", (box) => {
  box.configure("true");
  assert.match(box.refused(["--rootless", "foo", "run", box.id]), /foo/);
  box.ok(["--rootless", "foo", "list"]);
});

rule("--debug adds messages of level debug", source, (box) => {
  box.configure("true");
  box.ok(["--debug", "--log", box.path("log"), "--log-format", "json", "run", box.id]);
  const levels = readFileSync(box.path("log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).level);
  assert.ok(levels.length > 0 && levels.every((level) => level === "debug"), levels.join(" "));
});

rule("--version has name, version and specification", "docker parses these lines", (box) => {
  const lines = box.ok(["--version"]).split("\n");
  assert.match(lines[0] ?? "", new RegExp(`^${box.runtime.name} version \\d+\\.\\d+`));
  assert.match(lines[1] ?? "", /^commit: /);
  assert.ok(
    lines.some((line) => /^spec: 1\.\d+\.\d+/.test(line)),
    lines.join("|"),
  );
});

for (const flag of ["--help", "-h"]) {
  rule(`${flag} names the commands`, "man 8 runc", (box) => {
    const help = box.ok([flag]);
    for (const command of ["create", "delete", "exec", "kill", "list", "run", "spec", "start", "state"]) {
      assert.match(help, new RegExp(`\\b${command}\\b`));
    }
  });
}

rule("an unknown command is refused", 'runtime command line: "it MUST exit with a nonzero exit code"', (box) => {
  box.refused(["levitate"]);
});

rule("an unknown flag is refused and nothing is made", "man 8 runc-create", (box) => {
  box.configure(idle);
  box.refused(["create", "--levitate", box.id]);
  box.refused(["state", box.id]);
});
