import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config, Mount } from "../spec/config.ts";
import { cgroupOwner } from "./cgroup-owner.ts";

const WRITABLE: Mount = { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"] };
const NAMESPACES = [{ type: "cgroup" }, { type: "user" }];

function config({ uid = 0, mounts = [WRITABLE], namespaces = NAMESPACES, hostID = 100_000 }): Config {
  return {
    ociVersion: "1.0.2",
    process: { cwd: "/", args: ["true"], user: { uid, gid: 0 } },
    mounts,
    linux: { namespaces, uidMappings: [{ containerID: 0, hostID, size: 1000 }] },
  } as Config;
}

test("cgroupOwner is the container's user, where it sees its own cgroup alone and may write there", () => {
  const cases: Array<[Config, number | undefined]> = [
    [config({}), 100_000],
    [config({ uid: 5 }), 100_005],
    [config({ uid: 5000 }), undefined],
    [config({ uid: 5, namespaces: [{ type: "cgroup" }] }), 5],
    [config({ namespaces: [{ type: "user" }] }), undefined],
    [config({ namespaces: [{ type: "user" }, { type: "cgroup", path: "/proc/1/ns/cgroup" } as never] }), undefined],
    [config({ mounts: [] }), undefined],
    [config({ mounts: [{ ...WRITABLE, options: ["nosuid", "ro"] }] }), undefined],
  ];
  assert.deepEqual(
    cases.map(([each]) => cgroupOwner(each)),
    cases.map(([, owner]) => owner),
  );
});
