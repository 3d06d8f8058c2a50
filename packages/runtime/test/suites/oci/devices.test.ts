/** Devices: those every container has, those of `linux.devices`, and what the device cgroup lets through. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Device, Resources } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const defaults = 'config-linux.md "Default Devices"';
const source = 'config-linux.md "Devices"';
const allowed = 'config-linux.md "Allowed Device list"';

/** Type, numbers in hexadecimal, mode, owner. */
const show = (path: string) => `stat -c '%F %t:%T %a %u:%g' ${path}`;

const everywhere = [
  ["/dev/null", "1:3"],
  ["/dev/zero", "1:5"],
  ["/dev/full", "1:7"],
  ["/dev/random", "1:8"],
  ["/dev/urandom", "1:9"],
  ["/dev/tty", "5:0"],
] as const;

for (const [path, numbers] of everywhere) {
  rule(`${path} is there for everybody`, `${defaults}: "the runtime MUST also supply"`, (box) => {
    assert.equal(box.output(show(path)), `character special file ${numbers} 666 0:0\n`);
  });
}

rule("/dev/ptmx leads to the container's own /dev/pts/ptmx", defaults, (box) => {
  assert.equal(box.output("stat -L -c '%t:%T' /dev/ptmx; readlink /dev/ptmx"), "5:2\npts/ptmx\n");
});

const links = [
  ["/dev/fd", "/proc/self/fd"],
  ["/dev/stdin", "/proc/self/fd/0"],
  ["/dev/stdout", "/proc/self/fd/1"],
  ["/dev/stderr", "/proc/self/fd/2"],
] as const;

for (const [path, target] of links) {
  rule(`${path} is a link to ${target}`, 'runtime-linux.md "Dev symbolic links"', (box) => {
    assert.equal(box.output(`readlink ${path}`), `${target}\n`);
  });
}

rule("the default devices can be used", allowed, (box) => {
  const use =
    "echo x > /dev/null; dd if=/dev/zero bs=4 count=1 2>/dev/null | wc -c; dd if=/dev/urandom bs=4 count=1 2>/dev/null | wc -c";
  assert.equal(box.output(use), "4\n4\n");
});

const made: Array<[string, Device, string]> = [
  [
    "a character device",
    { path: "/dev/fuse-like", type: "c", major: 10, minor: 229, fileMode: 0o640, uid: 5, gid: 6 },
    "character special file a:e5 640 5:6\n",
  ],
  [
    "a block device",
    { path: "/dev/disk", type: "b", major: 8, minor: 0, fileMode: 0o600, uid: 0, gid: 0 },
    "block special file 8:0 600 0:0\n",
  ],
  ["a FIFO", { path: "/dev/pipe", type: "p", fileMode: 0o622, uid: 0, gid: 0 }, "fifo 0:0 622 0:0\n"],
  [
    "an unbuffered character device",
    { path: "/dev/unbuffered", type: "u", major: 10, minor: 229, fileMode: 0o600 },
    "character special file a:e5 600 0:0\n",
  ],
  [
    "a device in a directory that is made for it",
    { path: "/dev/net/tun", type: "c", major: 10, minor: 200, fileMode: 0o666, uid: 0, gid: 0 },
    "character special file a:c8 666 0:0\n",
  ],
];

for (const [what, device, expected] of made) {
  rule(`${what} is made as asked for`, `${source}: "lists devices that MUST be available"`, (box) => {
    const seen = box.output(show(device.path), (configuration) => {
      configuration.linux.devices = [device];
    });
    assert.equal(seen, expected);
  });
}

rule("a device may be outside /dev", `${source}: "notably outside of /dev"`, (box) => {
  const seen = box.output(show("/var/fuse"), (configuration) => {
    configuration.linux.devices = [{ path: "/var/fuse", type: "c", major: 10, minor: 229, fileMode: 0o600 }];
  });
  assert.equal(seen, "character special file a:e5 600 0:0\n");
});

rule(
  "a file already there that is no such device is refused",
  `${source}: "the runtime MUST generate an error"`,
  (box) => {
    writeFileSync(join(box.rootfs, "var/file"), "");
    box.rejects((configuration) => {
      configuration.linux.devices = [{ path: "/var/file", type: "c", major: 10, minor: 229, fileMode: 0o600 }];
    });
  },
);

rule("an unknown type is refused", source, (box) => {
  box.rejects((configuration) => {
    configuration.linux.devices = [{ path: "/dev/odd", type: "q", major: 1, minor: 1 }];
  });
});

/** /dev/kmsg's numbers: a device that no container is allowed by default and that every kernel has. */
const kmsg: Device = { path: "/dev/log-of-kernel", type: "c", major: 1, minor: 11, fileMode: 0o666, uid: 0, gid: 0 };
const everything: Resources["devices"] = [{ allow: false, access: "rwm" }];
const rule111 = { type: "c", major: 1, minor: 11 };

const accesses: Array<[string, Resources["devices"], string]> = [
  ["a device that no rule allows cannot be opened", everything, "read refused\nwrite refused\n"],
  ["access rw allows reading and writing", [...everything, { allow: true, ...rule111, access: "rw" }], "read\nwrite\n"],
  ["access r allows reading only", [...everything, { allow: true, ...rule111, access: "r" }], "read\nwrite refused\n"],
  ["access w allows writing only", [...everything, { allow: true, ...rule111, access: "w" }], "read refused\nwrite\n"],
  [
    "a later rule takes an earlier one back",
    [...everything, { allow: true, ...rule111, access: "rwm" }, { allow: false, ...rule111, access: "w" }],
    "read\nwrite refused\n",
  ],
  ["every device can be allowed", [{ allow: true, access: "rwm" }], "read\nwrite\n"],
  [
    "two rules allow together what each of them allows",
    [...everything, { allow: true, ...rule111, access: "r" }, { allow: true, type: "c", major: 1, access: "w" }],
    "read\nwrite\n",
  ],
  [
    "what is forbidden last is forbidden, though everything was allowed before",
    [
      { allow: true, access: "rwm" },
      { allow: false, ...rule111, access: "rw" },
    ],
    "read refused\nwrite refused\n",
  ],
  [
    "a rule without a minor number is for all of them",
    [...everything, { allow: true, type: "c", major: 1, access: "r" }],
    "read\nwrite refused\n",
  ],
];

for (const [sentence, rules, expected] of accesses) {
  rule(sentence, `${allowed}: "The runtime MUST apply entries in the listed order"`, (box) => {
    const open = `(: < ${kmsg.path}) 2>/dev/null && echo read || echo read refused`;
    const write = `(: >> ${kmsg.path}) 2>/dev/null && echo write || echo write refused`;
    const seen = box.output(`${open}; ${write}`, (configuration) => {
      configuration.linux.devices = [kmsg];
      configuration.linux.resources = rules ? { devices: rules } : {};
      for (const set of ["bounding", "effective", "permitted"] as const) {
        configuration.process.capabilities?.[set]?.push("CAP_SYSLOG");
      }
    });
    assert.equal(seen, expected);
  });
}

rule(
  "a device that the rules forbid to make is there all the same",
  'config-linux.md "Devices": the runtime makes them',
  (box) => {
    const seen = box.output(
      "ls -l /dev/kmsg | cut -c1; (mknod /tmp/k c 1 11) 2>&1 | grep -c 'not permitted'",
      (configuration) => {
        configuration.root.readonly = false;
        configuration.process.capabilities = {
          bounding: ["CAP_MKNOD"],
          effective: ["CAP_MKNOD"],
          permitted: ["CAP_MKNOD"],
        };
        configuration.linux.devices = [{ path: "/dev/kmsg", type: "c", major: 1, minor: 11 }];
        configuration.linux.resources.devices = [
          { allow: true, access: "rwm" },
          { allow: false, type: "c", major: 1, minor: 11, access: "m" },
        ];
      },
    );
    assert.match(seen, /^c\n/);
  },
);
