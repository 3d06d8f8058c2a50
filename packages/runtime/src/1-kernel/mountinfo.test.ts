import assert from "node:assert/strict";
import { test } from "node:test";
import { directoriesShownBy, overlayLayers, parseMountinfo } from "./mountinfo.ts";

// Captured on Linux 6.18 inside `unshare -m`, with a comma and a space in the lower directory's name.
const CAPTURED = String.raw`27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard,resv_strict,resuid=65534,resgid=65534
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:7 master:3 - cgroup cgroup rw,cpu
66 43 0:39 / /tmp/obs/m rw,relatime unbindable - overlay overlay rw,lowerdir=/tmp/obs/a\040b\134\054c:/tmp/obs/l2,upperdir=/tmp/obs/u,workdir=/tmp/obs/w,uuid=on
67 43 0:41 / /tmp/obs/a\040b,c rw,relatime propagate_from:2 - tmpfs x\040y rw
68 43 0:4 uts:[4026531838] /tmp/obs/nsf rw - nsfs nsfs rw
`;

test("parseMountinfo reads escapes, tags and options of a real table", () => {
  const [root, cpu, overlay, tmpfs, nsfs] = parseMountinfo(CAPTURED);
  assert.deepEqual(root, {
    mountId: 27,
    parentId: 1,
    device: "254:0",
    root: "/",
    mountPoint: "/",
    options: ["rw", "relatime"],
    unbindable: false,
    fsType: "ext4",
    source: "/dev/vda",
    superOptions: ["rw", "discard", "resv_strict", "resuid=65534", "resgid=65534"],
  });
  assert.deepEqual([cpu?.sharedGroup, cpu?.masterGroup, cpu?.superOptions], [7, 3, ["rw", "cpu"]]);
  assert.equal(overlay?.unbindable, true);
  assert.deepEqual([tmpfs?.mountPoint, tmpfs?.source, tmpfs?.propagateFrom], ["/tmp/obs/a b,c", "x y", 2]);
  assert.deepEqual([nsfs?.fsType, nsfs?.root], ["nsfs", "uts:[4026531838]"]);
});

test("parseMountinfo leaves out what is no mount line", () => {
  assert.deepEqual(parseMountinfo("\n27 1 254:0 / / rw,relatime\nrubbish"), []);
});

test("parseMountinfo reads only the file systems asked for", () => {
  const found = parseMountinfo(CAPTURED, ["cgroup", "nsfs"]).map(({ mountPoint }) => mountPoint);
  assert.deepEqual(found, ["/sys/fs/cgroup/cpu", "/tmp/obs/nsf"]);
});

const OVERLAYS: Array<[what: string, superOptions: string[], layers: ReturnType<typeof overlayLayers>]> = [
  [
    "colons and commas in names",
    [String.raw`lowerdir=/a b\,c:/x\:y:/z`, "upperdir=/u", "workdir=/w"],
    { lower: ["/a b,c", "/x:y", "/z"], upper: "/u", work: "/w" },
  ],
  [
    "one option a layer, as Linux 6.7 and later may print",
    ["lowerdir+=/top", "lowerdir+=/base"],
    { lower: ["/top", "/base"] },
  ],
  ["data-only layers", ["lowerdir=/top::/data", "ro"], { lower: ["/top", "/data"] }],
];
for (const [what, superOptions, layers] of OVERLAYS) {
  test(`overlayLayers reads ${what}`, () =>
    assert.deepEqual(overlayLayers({ fsType: "overlay", superOptions }), layers));
}

test("overlayLayers is undefined for other file systems", () => {
  assert.equal(overlayLayers({ fsType: "tmpfs", superOptions: ["lowerdir=/a"] }), undefined);
});

test("directoriesShownBy names the directory of a bind mount and the layers of an overlay", () => {
  const mounts = parseMountinfo(`21 1 8:1 / / rw - ext4 /dev/sda1 rw
22 21 0:5 / /proc rw - proc proc rw
30 21 0:40 / /lab/notes rw - tmpfs tmpfs rw
31 21 8:1 /lab/rootfs /mnt rw - ext4 /dev/sda1 rw
32 21 0:40 /deep /srv rw - tmpfs tmpfs rw
33 31 8:1 / /mnt/all rw - ext4 /dev/sda1 rw
34 21 0:5 / /mnt/proc rw - proc proc rw
35 21 0:41 / /merged rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/u,workdir=/w
`);
  assert.deepEqual(
    mounts.map((mount) => directoriesShownBy(mount, mounts)),
    [[], [], [], ["/lab/rootfs"], ["/lab/notes/deep"], ["/"], ["/proc"], ["/a", "/b", "/u", "/w"]],
  );
});
