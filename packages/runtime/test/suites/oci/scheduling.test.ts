/** When and where the program runs, and how its disk requests are ordered: scheduler, ioPriority, execCPUAffinity. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { feature } from "./rig/feature.ts";

const rule = feature(import.meta.url);
const process = 'config.md "Linux Process"';

rule(
  "scheduler sets policy and nice value",
  `${process}: scheduler "describes the scheduler properties for the process"`,
  (box) => {
    // man 5 proc_pid_stat: field 19 is the nice value, field 41 the policy; SCHED_BATCH is 3.
    const seen = box.output("cut -d' ' -f19,41 /proc/self/stat", (configuration) => {
      configuration.process.scheduler = { policy: "SCHED_BATCH", nice: 5 };
    });
    assert.equal(seen, "5 3\n");
  },
);

rule("a scheduler flag reaches the kernel", `${process}: flags "a list of scheduling flags"`, (box) => {
  // Reset on fork: the shell's child is back at 0, the shell itself is not.
  const script = "cut -d' ' -f19 /proc/self/stat; read stat < /proc/$$/stat; set -- $stat; shift 18; echo $1";
  const seen = box.output(script, (configuration) => {
    configuration.process.scheduler = { policy: "SCHED_OTHER", nice: -5, flags: ["SCHED_FLAG_RESET_ON_FORK"] };
  });
  assert.equal(seen, "0\n-5\n");
});

rule("an unknown policy is refused", `${process}: policy "valid values"`, (box) => {
  const said = box.rejects((configuration) => {
    configuration.process.scheduler = { policy: "SCHED_FAIR" };
  });
  assert.match(said, /SCHED_FAIR|scheduler/);
});

rule("a deadline longer than its period is refused", "man 2 sched_setattr: runtime <= deadline <= period", (box) => {
  box.rejects((configuration) => {
    configuration.process.scheduler = { policy: "SCHED_DEADLINE", runtime: 9e6, deadline: 8e6, period: 7e6 };
  });
});

for (const [name, priority, shown] of [
  ["IOPRIO_CLASS_BE", 6, "best-effort: prio 6"],
  ["IOPRIO_CLASS_IDLE", 0, "idle"],
] as const) {
  rule(
    `ioPriority sets ${name}`,
    `${process}: ioPriority "configures the container's I/O priority settings"`,
    (box) => {
      const seen = box.output("/bin/busybox ionice -p $$", (configuration) => {
        configuration.process.ioPriority = { class: name, priority };
      });
      assert.equal(seen, `${shown}\n`);
    },
  );
}

rule("an ioPriority without a known class is refused", `${process}: class, REQUIRED`, (box) => {
  box.rejects((configuration) => {
    configuration.process.ioPriority = { class: "IOPRIO_CLASS_MOST", priority: 1 };
  });
});

rule(
  "execCPUAffinity.final is where exec's process runs, and not the container's first",
  `${process}: execCPUAffinity`,
  async (box) => {
    const allowed = "grep Cpus_allowed_list /proc/self/status | tr -cd '0-9,-'";
    box.create(`${allowed} > /tmp/first; exec sleep 1000`, (configuration) => {
      configuration.root.readonly = false;
      configuration.process.execCPUAffinity = { initial: "0", final: "0" };
    });
    box.ok(["start", box.id]);
    await box.until("the first one's list", () => box.exec("cat /tmp/first").stdout !== "");
    assert.equal(box.exec(allowed).stdout, "0");
    const [, ours] = /^Cpus_allowed_list:\t(.*)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    assert.equal(box.exec("cat /tmp/first").stdout, ours);
  },
);

rule(
  "execCPUAffinity that is no list of CPUs is refused by exec",
  `${process}: execCPUAffinity "a string in the List format"`,
  (box) => {
    box.launch(undefined, (configuration) => {
      configuration.process.execCPUAffinity = { initial: "two" };
    });
    assert.match(box.refused(["exec", box.id, "/bin/true"]), /execCPUAffinity/);
  },
);
