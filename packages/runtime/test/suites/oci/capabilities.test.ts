/** The five capability sets of the container's process (man 7 capabilities). */
import assert from "node:assert/strict";
import type { CapabilitySet } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Linux Process", capabilities';

/** Bits as in /proc/PID/status. */
const bit = { CAP_CHOWN: 1n << 0n, CAP_KILL: 1n << 5n, CAP_SETUID: 1n << 7n, CAP_NET_RAW: 1n << 13n };
const hex = (...names: Array<keyof typeof bit>) =>
  names
    .reduce((sum, name) => sum | bit[name], 0n)
    .toString(16)
    .padStart(16, "0");

const show = "grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status | tr -d '\\t'";

type Sets = Partial<Record<CapabilitySet, Array<keyof typeof bit>>>;

/** What /proc shows for these sets, in its order. */
function status(sets: Sets): string {
  const line = (label: string, set: CapabilitySet) => `${label}:${hex(...(sets[set] ?? []))}\n`;
  return (
    line("CapInh", "inheritable") +
    line("CapPrm", "permitted") +
    line("CapEff", "effective") +
    line("CapBnd", "bounding") +
    line("CapAmb", "ambient")
  );
}

const asRoot: Array<[string, Sets]> = [
  [
    "bounding, permitted and effective alike",
    { bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"] },
  ],
  [
    "inheritable and ambient too",
    {
      bounding: ["CAP_CHOWN", "CAP_KILL"],
      permitted: ["CAP_CHOWN", "CAP_KILL"],
      effective: ["CAP_CHOWN", "CAP_KILL"],
      inheritable: ["CAP_KILL"],
      ambient: ["CAP_KILL"],
    },
  ],
];

for (const [what, sets] of asRoot) {
  rule(`root gets the sets asked for: ${what}`, source, (box) => {
    const seen = box.output(show, (configuration) => {
      configuration.process.capabilities = sets;
    });
    assert.equal(seen, status(sets));
  });
}

rule("empty lists leave root without any capability", source, (box) => {
  const seen = box.output(show, (configuration) => {
    configuration.process.capabilities = { bounding: [], permitted: [], effective: [], inheritable: [], ambient: [] };
  });
  assert.equal(seen, status({}));
});

rule(
  "root's execve raises permitted to the bounding set",
  "man 7 capabilities, P'(permitted) of a root user",
  (box) => {
    const seen = box.output(show, (configuration) => {
      // With it execve may raise nothing (man 2 prctl, PR_SET_NO_NEW_PRIVS).
      configuration.process.noNewPrivileges = false;
      configuration.process.capabilities = {
        bounding: ["CAP_CHOWN", "CAP_KILL"],
        permitted: ["CAP_KILL"],
        effective: ["CAP_KILL"],
      };
    });
    const all: Array<keyof typeof bit> = ["CAP_CHOWN", "CAP_KILL"];
    assert.equal(seen, status({ bounding: all, permitted: all, effective: all }));
  },
);

rule("another user keeps only the ambient set over execve", "man 7 capabilities, P'(permitted)", (box) => {
  const seen = box.output(show, (configuration) => {
    configuration.process.user = { uid: 1000, gid: 1000 };
    configuration.process.capabilities = {
      bounding: ["CAP_CHOWN", "CAP_KILL"],
      permitted: ["CAP_CHOWN", "CAP_KILL"],
      effective: ["CAP_CHOWN", "CAP_KILL"],
      inheritable: ["CAP_KILL"],
      ambient: ["CAP_KILL"],
    };
  });
  assert.equal(
    seen,
    status({
      inheritable: ["CAP_KILL"],
      permitted: ["CAP_KILL"],
      effective: ["CAP_KILL"],
      bounding: ["CAP_CHOWN", "CAP_KILL"],
      ambient: ["CAP_KILL"],
    }),
  );
});

rule("another user without an ambient set has no effective capability", "man 7 capabilities", (box) => {
  const seen = box.output(show, (configuration) => {
    configuration.process.user = { uid: 1000, gid: 1000 };
    configuration.process.capabilities = { bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"] };
  });
  assert.equal(seen, status({ bounding: ["CAP_KILL"] }));
});

rule("a capability outside the bounding set cannot be had", 'man 7 capabilities, "Capability bounding set"', (box) => {
  const { code, stderr } = box.run("chown 1000 /tmp", (configuration) => {
    configuration.root.readonly = false;
    configuration.process.capabilities = { bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"] };
  });
  assert.equal(code, 1);
  assert.match(stderr, /Operation not permitted/);
});

rule("a capability inside the effective set works", source, (box) => {
  box.output("chown 1000 /tmp", (configuration) => {
    configuration.root.readonly = false;
    configuration.process.capabilities = {
      bounding: ["CAP_CHOWN"],
      permitted: ["CAP_CHOWN"],
      effective: ["CAP_CHOWN"],
    };
  });
});

rule(
  "an unknown capability is refused",
  `${source}: "Any value which cannot be mapped ... MUST cause an error"`,
  (box) => {
    box.rejects((configuration) => {
      configuration.process.capabilities = { bounding: ["CAP_TELEPORT"] };
    });
  },
);

for (const value of [true, false, undefined]) {
  rule(
    `noNewPrivileges ${value ?? "left out"} is the process's no_new_privs`,
    'config.md "Linux Process", noNewPrivileges',
    (box) => {
      const seen = box.output("grep NoNewPrivs /proc/self/status", (configuration) => {
        if (value === undefined) delete configuration.process.noNewPrivileges;
        else configuration.process.noNewPrivileges = value;
      });
      assert.equal(seen, `NoNewPrivs:\t${value ? 1 : 0}\n`);
    },
  );
}
