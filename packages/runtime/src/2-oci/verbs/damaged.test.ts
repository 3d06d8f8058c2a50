import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../spec/config.ts";
import { rootOf } from "./damaged.ts";

const at = (path?: string): Config => ({ ociVersion: "1.2.0", ...(path === undefined ? {} : { root: { path } }) });

test("rootOf takes the root file system from the configuration, or from what is left of the state", () => {
  const state = '{"id":"web","bundle":"/b","rootfs":"/b/\\"root\\"","crea';
  assert.equal(rootOf(at("/images/web"), state), "/images/web");
  assert.equal(rootOf(at("root"), state), '/b/"root"');
  assert.equal(rootOf(at(), state), '/b/"root"');
  for (const lost of ["", '{"id":"web","rootfs":"/b/roo', '{"rootfs":"\\x"}'])
    assert.equal(rootOf(at("root"), lost), undefined);
});
