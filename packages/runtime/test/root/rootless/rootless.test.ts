/** glassrun without root: whose ids a container has, what it may not have, and its whole life. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Config } from "../../../src/2-oci/spec/config.ts";
import { makePlainUser, type PlainUser, SUBORDINATE, USER, whyNoPlainUser } from "./plain-user.ts";

const OWN_LINE = `         0 ${String(USER).padStart(10)}          1\n`;

function withRange(config: Config): void {
  const mappings = [
    { containerID: 0, hostID: USER, size: 1 },
    { containerID: 1, hostID: SUBORDINATE.first, size: 100 },
  ];
  config.linux = { ...config.linux, uidMappings: mappings, gidMappings: mappings };
}

function command(config: Config, ...args: string[]): void {
  if (config.process) config.process.args = args;
}

describe("glassrun without root", { skip: whyNoPlainUser() }, () => {
  let user: PlainUser;
  before(() => {
    user = makePlainUser();
  });
  after(() => user?.remove());

  test("runs a container as its root, who is the user themselves outside", () => {
    user.configure((config) => command(config, "sh", "-c", "id -u; cat /proc/self/uid_map /proc/self/setgroups"));
    assert.deepEqual(user.run(["run", "web"]), { code: 0, out: `0\n${OWN_LINE}deny\n`, err: "" });
  });

  test("maps the ids of /etc/subuid through newuidmap, and lets a process have groups then", () => {
    user.configure((config) => {
      withRange(config);
      command(config, "sh", "-c", "id; cat /proc/self/uid_map");
      if (config.process) config.process.user = { uid: 5, gid: 6, additionalGids: [7] };
    });
    const range = `         1 ${String(SUBORDINATE.first).padStart(10)}        100\n`;
    assert.deepEqual(user.run(["run", "web"]), {
      code: 0,
      out: `uid=5 gid=6 groups=7\n${OWN_LINE}${range}`,
      err: "",
    });
  });

  const refusals: Array<[string, (config: Config) => void, RegExp]> = [
    [
      "ids that are not the user's",
      (config) => {
        withRange(config);
        const [first, second] = config.linux?.uidMappings ?? [];
        if (first && second) config.linux = { ...config.linux, uidMappings: [first, { ...second, hostID: 1 }] };
      },
      /^glassrun: Cannot map ids \(\/linux\/uidMappings\): newuidmap: .*not allowed\n {2}hint: .*\/etc\/subuid/,
    ],
    [
      "groups where only one is mapped",
      (config) => {
        if (config.process) config.process.user = { uid: 0, gid: 0, additionalGids: [0] };
      },
      /^glassrun: Cannot set \/process\/user\/additionalGids: /,
    ],
    [
      "a limit without a cgroup to set it in",
      (config) => {
        config.linux = { ...config.linux, resources: { memory: { limit: 1 << 26 } } };
      },
      /^glassrun: cannot set memory limit: container could not join or create cgroup: user 65534 may make none/,
    ],
    [
      "a cgroup path that is not theirs",
      (config) => {
        config.linux = { ...config.linux, cgroupsPath: "/rootless-web" };
      },
      /EACCES.*\/linux\/cgroupsPath/,
    ],
  ];
  for (const [what, change, expected] of refusals) {
    test(`refuses ${what}, and leaves no state`, () => {
      user.configure((config) => {
        command(config, "true");
        change(config);
      });
      const { code, out, err } = user.run(["run", "web"]);
      assert.match(err, expected);
      assert.deepEqual({ code, out }, { code: 1, out: "" });
      assert.deepEqual(user.run(["list", "--quiet"]), { code: 0, out: "", err: "" });
    });
  }

  test("starts, enters, lists, ends and deletes a container below XDG_RUNTIME_DIR", () => {
    user.configure((config) => {
      withRange(config);
      command(config, "sleep", "1000");
    });
    try {
      assert.equal(user.run(["run", "--detach", "web"], { silent: true }).code, 0);
      assert.deepEqual(user.run(["exec", "web", "id", "-u"]), { code: 0, out: "0\n", err: "" });
      assert.equal(user.run(["list", "--quiet"]).out, "web\n");
      const { status, owner } = JSON.parse(user.run(["state", "web"]).out);
      assert.deepEqual({ status, owner }, { status: "running", owner: "nobody" });
      assert.match(user.run(["ps", "web"]).err, /Cannot list the processes of container "web": it has no cgroup/);
      assert.match(user.run(["pause", "web"]).err, /Cannot freeze: the container has no cgroup/);
      assert.equal(user.run(["kill", "web", "KILL"]).code, 0);
    } finally {
      assert.deepEqual(user.run(["delete", "--force", "web"]), { code: 0, out: "", err: "" });
    }
    assert.deepEqual(user.run(["list", "--quiet"]), { code: 0, out: "", err: "" });
  });

  test("says whose the state directory is", () => {
    user.configure((config) => command(config, "true"));
    assert.deepEqual(user.run(["--root", "/root/containers", "run", "web"]), {
      code: 1,
      out: "",
      err:
        'glassrun: Cannot use "/root/containers", where containers are kept: it is not yours\n' +
        "  hint: Without root, set XDG_RUNTIME_DIR, or name a directory of your own with --root\n",
    });
  });
});
