/** Paths that cannot be read (`maskedPaths`) or written (`readonlyPaths`) inside. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const masked = 'config-linux.md "Masked Paths"';
const readonly = 'config-linux.md "Readonly Paths"';

rule("a masked file reads as empty", `${masked}: "so that they cannot be read"`, (box) => {
  writeFileSync(join(box.rootfs, "etc/secret"), "secret\n");
  const seen = box.output("cat /etc/secret; echo end", (configuration) => {
    configuration.linux.maskedPaths = ["/etc/secret"];
  });
  assert.equal(seen, "end\n");
});

rule("a masked directory is empty and cannot be written", masked, (box) => {
  mkdirSync(join(box.rootfs, "secrets"));
  writeFileSync(join(box.rootfs, "secrets/one"), "secret\n");
  const seen = box.output("ls -A /secrets; touch /secrets/x 2>/dev/null || echo refused", (configuration) => {
    configuration.linux.maskedPaths = ["/secrets"];
    configuration.root.readonly = false;
  });
  assert.equal(seen, "refused\n");
});

rule("a masked path that does not exist is left out", masked, (box) => {
  const seen = box.output("ls /nowhere 2>/dev/null || echo none", (configuration) => {
    configuration.linux.maskedPaths = ["/nowhere"];
  });
  assert.equal(seen, "none\n");
});

rule("a masked path in /proc reads as empty", masked, (box) => {
  assert.equal(box.output("wc -c < /proc/timer_list"), "0\n");
});

rule("what is not masked stays readable", masked, (box) => {
  const seen = box.output("grep -c MemTotal /proc/meminfo", (configuration) => {
    configuration.linux.maskedPaths = [];
  });
  assert.equal(seen, "1\n");
});

rule("a masked path that goes through a symbolic link masks what it leads to inside", masked, (box) => {
  const { stdout } = box.run("cat /etc/link /etc/target; echo end", (configuration) => {
    writeFileSync(join(box.rootfs, "etc/target"), "secret\n");
    symlinkSync("/etc/target", join(box.rootfs, "etc/link"));
    configuration.linux.maskedPaths = ["/etc/link"];
  });
  assert.equal(stdout, "end\n");
});

rule("a read-only file cannot be written", `${readonly}: "will set the provided paths as readonly"`, (box) => {
  writeFileSync(join(box.rootfs, "etc/fixed"), "fixed\n");
  const seen = box.output(
    "(echo x > /etc/fixed) 2>&1 | grep -c 'Read-only file system'; cat /etc/fixed",
    (configuration) => {
      configuration.linux.readonlyPaths = ["/etc/fixed"];
      configuration.root.readonly = false;
    },
  );
  assert.equal(seen, "1\nfixed\n");
});

rule("a read-only directory cannot be written, the one beside it can", readonly, (box) => {
  const seen = box.output("touch /var/x 2>/dev/null || echo refused; touch /tmp/x && echo written", (configuration) => {
    configuration.linux.readonlyPaths = ["/var"];
    configuration.root.readonly = false;
  });
  assert.equal(seen, "refused\nwritten\n");
});

rule("a read-only path that does not exist is left out", readonly, (box) => {
  const seen = box.output("echo started", (configuration) => {
    configuration.linux.readonlyPaths = ["/nowhere"];
  });
  assert.equal(seen, "started\n");
});

rule("/proc/sys of the default configuration cannot be written", readonly, (box) => {
  const seen = box.output("(echo x > /proc/sys/kernel/domainname) 2>&1 | grep -c 'Read-only file system'");
  assert.equal(seen, "1\n");
});

rule(
  "a read-only path keeps the flags its mount had",
  "man 2 mount: a bind remount without a flag takes it away",
  (box) => {
    const options = box.output("grep ' /proc/sys ' /proc/self/mountinfo | cut -d' ' -f6", (configuration) => {
      const proc = configuration.mounts.find(({ destination }) => destination === "/proc");
      if (proc) proc.options = ["nosuid", "nodev", "noexec"];
    });
    assert.deepEqual(
      options
        .trim()
        .split(",")
        .filter((option) => option !== "relatime"),
      ["ro", "nosuid", "nodev", "noexec"],
    );
  },
);
