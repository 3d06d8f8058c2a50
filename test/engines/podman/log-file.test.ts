/**
 * The file that podman has the runtime write errors to: podman reads it whole, as one JSON object, so it may hold nothing
 * else. Only runtimes named in `runtime_supports_json` are given one; of the others podman reads standard error.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { glassrun } from "../places.ts";
import { snippet } from "../snippet.ts";
import { whyNot } from "../why-not.ts";
import { IMAGE, type Podman, startPodman } from "./podman.ts";

const CONFIGURATION = "/etc/containers/containers.conf";
const CALLS = "/var/calls";
const RECORDER = `#!/bin/sh\necho "$@" >> ${CALLS}\nexec ${glassrun} "$@"\n`;

describe("glassrun's errors on their way to podman", { skip: whyNot("podman", "conmon") }, () => {
  let podman: Podman;
  before(async () => {
    podman = await startPodman();
    podman.machine.write("/etc/recorder", RECORDER);
    await podman.machine.run(["chmod", "+x", "/etc/recorder"]);
  });
  after(() => podman?.machine.close());

  /** With the runtime named `name`, in the list of those that write JSON or not. */
  function configure(name: string, supportsJson: boolean): void {
    const listed = supportsJson ? `"${name}"` : "";
    const text = snippet(CONFIGURATION)
      .replace(/^runtime_supports_json = .*$/m, `runtime_supports_json = [${listed}]`)
      .replace(/^glassrun = .*$/m, `${name} = ["/etc/recorder"]`)
      .replace(/^runtime = .*$/m, `runtime = "${name}"`);
    podman.machine.write(CONFIGURATION, text);
    podman.machine.write(CALLS, "");
  }

  const calls = (verb: string) => {
    const lines = readFileSync(podman.machine.path(CALLS), "utf8").split("\n");
    return lines.filter((line) => line.includes(` ${verb} `) || line.startsWith(`${verb} `));
  };

  test("a runtime that writes JSON is given a file, and leaves one object in it", async () => {
    configure("listed", true);
    const created = await podman(["create", "--network", "none", IMAGE, "nosuch"]);
    const id = created.out.trim();
    const { code, err } = await podman(["start", id]);
    assert.equal(code, 125);
    assert.match(
      err,
      /listed: unable to start container process: exec: "nosuch": executable file not found in \$PATH: OCI/,
    );
    const [call = ""] = calls("create");
    assert.match(call, /--log-format=json --log \S*\/oci-log/);
    const file = /--log (\S+)/.exec(call)?.[1] ?? "";
    const { level, msg, time } = JSON.parse(readFileSync(podman.machine.path(file), "utf8"));
    assert.deepEqual(
      { level, msg, time: new Date(time).toISOString() },
      {
        level: "error",
        msg: 'unable to start container process: exec: "nosuch": executable file not found in $PATH',
        time,
      },
    );
  });

  test("a runtime that is not listed is understood by what it says on standard error", async () => {
    configure("unlisted", false);
    const { code, err } = await podman(["run", "--network", "none", IMAGE, "nosuch"]);
    assert.match(err, /executable file not found in \$PATH/);
    assert.equal(code, 127);
    assert.doesNotMatch(calls("create").join("\n"), /--log/);
  });

  test("a warning is not in the way of an error, nor in what the container says", async () => {
    configure("listed", true);
    // More than most limits allow: to be had only with CAP_SYS_RESOURCE, and glassrun warns where that is missing.
    const ulimit = ["--ulimit", "nproc=1024:4194304"];
    const ran = await podman(["run", "--name", "quiet", "--network", "none", ...ulimit, IMAGE, "echo", "said"]);
    assert.deepEqual(ran, { code: 0, out: "said\n", err: "" });
    assert.deepEqual(await podman(["logs", "quiet"]), { code: 0, out: "said\n", err: "" });
    const failed = await podman(["run", "--network", "none", ...ulimit, IMAGE, "nosuch"]);
    assert.equal(failed.code, 127);
  });
});
