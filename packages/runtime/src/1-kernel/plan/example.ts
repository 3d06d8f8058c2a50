/**
 * A plan at work, to run and to play with as root: `npx tsx packages/runtime/src/1-kernel/plan/example.ts`.
 * A process gets a host name of its own; each call is shown as the kernel answers it. The machine's name stays.
 */
import { parsePlan, performPlan, printCall } from "../mod.ts";

const plan = parsePlan(`
program sysrun
  # Make a process with a UTS namespace of its own: that is where host names live.
  clone3(clone_args{flags=CLONE_NEWUTS, exit_signal=SIGCHLD}, 88, @child) = $child
  # Wait until it has ended.
  wait4($child, [$status], 0, NULL)

program child
  # Change the name in this namespace only.
  sethostname("glassbox", 8)
  # Become a shell that looks at it.
  execve("/bin/sh", ["sh", "-c", "uname -n"], ["PATH=/usr/bin:/bin"])
`);

const { results } = await performPlan(plan, {
  onTrace: ({ program, op, value, startNs, endNs }) =>
    console.log(`${program}: ${printCall(op)} -> ${value}, ${Number(endNs - startNs) / 1000} us`),
});
console.log(results);
