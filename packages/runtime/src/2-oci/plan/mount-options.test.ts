import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMountOptions } from "./mount-options.ts";

test("parseMountOptions sorts words into flags, propagation and data of the file system", () => {
  assert.deepEqual(parseMountOptions(["nosuid", "strictatime", "mode=755", "size=65536k", "rslave"]), {
    flags: ["MS_NOSUID", "MS_STRICTATIME"],
    cleared: [],
    propagation: [{ kind: "MS_SLAVE", recursive: true }],
    recursive: { set: [], clear: [] },
    data: "mode=755,size=65536k",
  });
});

test("parseMountOptions lets the later word win and tells bind, recursive and the runtime's own words apart", () => {
  assert.deepEqual(parseMountOptions(["ro", "rbind", "rw", "rro", "tmpcopyup", "ridmap", "private", "defaults"]), {
    flags: [],
    cleared: ["MS_RDONLY"],
    propagation: [{ kind: "MS_PRIVATE", recursive: false }],
    recursive: { set: ["MOUNT_ATTR_RDONLY"], clear: [] },
    data: "",
    bind: "rbind",
    idMap: "ridmap",
    copyUp: true,
  });
});
