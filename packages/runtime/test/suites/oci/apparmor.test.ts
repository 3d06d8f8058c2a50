/** AppArmor: the profile that the kernel confines the program by. Where the kernel has the module, as the lab VM's. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after } from "node:test";
import { type Box, type CallOptions, MachineCannot } from "./rig/box.ts";
import type { Change } from "./rig/configuration.ts";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const source = 'config.md "Linux Process", apparmorProfile';

/** Runtimes look for the module where every distribution mounts its files, and the VM's init does not. */
const WITH_SECURITYFS = ["sh", "-c", 'mount -t securityfs none /sys/kernel/security; exec "$@"', "sh"];
const wrapper = ["unshare", "-m", "--propagation", "private", ...WITH_SECURITYFS];

/** May do all but write one file, so that what it denies is its own doing. */
const confined = `glassbox-suite-${process.pid}`;
const stricter = `${confined}-stricter`;
const policy = (name: string, denied: string) => `profile ${name} flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  mount,
  umount,
  signal,
  ptrace,
  network,
  unix,
  deny /tmp/${denied} w,
}
`;

function parser(flag: "--replace" | "--remove", profiles: string): void {
  const command = [...wrapper, "apparmor_parser", flag, "--skip-cache", "--quiet"];
  const { status, stderr } = spawnSync(command[0] ?? "", command.slice(1), { input: profiles, encoding: "utf8" });
  assert.equal(status, 0, `apparmor_parser ${flag} failed: ${stderr}`);
}

let loaded = "";
after(() => {
  if (loaded) parser("--remove", loaded);
});

/** @throws MachineCannot */
function loadProfiles(): void {
  const enabled = "/sys/module/apparmor/parameters/enabled";
  if (!existsSync(enabled) || !readFileSync(enabled, "utf8").startsWith("Y"))
    throw new MachineCannot("the kernel has no AppArmor, or it is off");
  if (!["/sbin", "/usr/sbin"].some((place) => existsSync(`${place}/apparmor_parser`)))
    throw new MachineCannot("there is no apparmor_parser to load a profile with (apt-get install apparmor)");
  if (loaded) return;
  const profiles = policy(confined, "one") + policy(stricter, "two");
  parser("--replace", profiles);
  loaded = profiles;
}

/** Whose profile it is, and which of two files it may write. */
const LOOK = "cat /proc/self/attr/current; for f in one two; do echo x 2>/dev/null >/tmp/$f && echo $f; done; true";

const by =
  (profile: string | undefined): Change =>
  (configuration) => {
    if (profile) configuration.process.apparmorProfile = profile;
    configuration.root.readonly = false;
  };

rule("the program is confined by its profile", source, (box) => {
  loadProfiles();
  assert.equal(box.output(LOOK, by(confined), { wrapper }), `${confined} (enforce)\ntwo\n`);
});

rule("a program without a profile is not confined", source, (box) => {
  loadProfiles();
  assert.equal(box.output(LOOK, by(undefined), { wrapper }), "unconfined\none\ntwo\n");
});

rule(
  "exec confines by the container's profile, or by the one it is given",
  `${source}; runc exec --apparmor`,
  (box) => {
    loadProfiles();
    launchConfined(box);
    const exec = (...flags: string[]) => box.ok(["exec", ...flags, box.id, "/bin/sh", "-c", LOOK], { wrapper });
    assert.equal(exec(), `${confined} (enforce)\ntwo\n`);
    assert.equal(exec("--apparmor", stricter), `${stricter} (enforce)\none\n`);
  },
);

rule("a profile that is not loaded is refused before the program runs", source, (box) => {
  loadProfiles();
  box.configure("echo the program ran", by(`${confined}-unknown`));
  const { code, stdout, stderr } = box.call(["run", box.id], { wrapper });
  assert.notEqual(code, 0);
  assert.doesNotMatch(stdout, /the program ran/);
  assert.match(stderr, /[Nn]o such file or directory/);
  box.refused(["state", box.id]);
});

function launchConfined(box: Box): void {
  const options: CallOptions = { wrapper };
  box.configure("exec sleep 1000", by(confined));
  box.ok(["create", box.id], options);
  box.ok(["start", box.id], options);
}

rule("the profile is set where a link in the image's /proc cannot lead it away", "CVE-2025-52881", (box) => {
  loadProfiles();
  writeFileSync(`${box.rootfs}/fake`, "");
  const { stdout } = box.run(
    LOOK,
    (configuration, ...rest) => {
      by(confined)(configuration, ...rest);
      configuration.mounts.push({
        destination: "/proc/self/attr/apparmor/exec",
        type: "bind",
        source: `${box.rootfs}/fake`,
        options: ["bind"],
      });
    },
    { wrapper },
  );
  assert.doesNotMatch(stdout, /^unconfined/);
  assert.equal(readFileSync(`${box.rootfs}/fake`, "utf8"), "");
});
