/** Loading programs of extended BPF into the kernel and attaching them to cgroups (man 2 bpf). See `../ebpf`. */
import { type ConstantsOf, flags } from "../plan/constants.ts";
import type { Op } from "../plan/plan.ts";
import { structSize } from "../plan/struct.ts";
import { type About, type Descriptor, number, op, path, struct } from "./op.ts";

/** One `struct bpf_insn`. */
const INSTRUCTION_BYTES = 8;
/** Only programs that call certain functions of the kernel have to be under its own licence; these call none. */
const LICENSE = "Apache-2.0";

/**
 * Have the kernel check and compile a program. The op's result is a descriptor that keeps it, close-on-exec always.
 * Answers EACCES or EINVAL when the verifier refuses the program, EPERM without CAP_SYS_ADMIN (or CAP_BPF).
 */
export function bpfProgLoad(call: { type: ConstantsOf<"BPF_PROG_TYPE_">; program: Uint8Array }, about: About): Op {
  const count = call.program.length / INSTRUCTION_BYTES;
  return bpf(
    "BPF_PROG_LOAD",
    {
      prog_type: flags([call.type]),
      insn_cnt: number(count),
      insns: { kind: "bytes", value: call.program, text: `${count} eBPF instructions` },
      license: path(LICENSE),
    },
    about,
  );
}

/**
 * Have a cgroup's processes, and those of the cgroups below it, asked for by a loaded program; it stays as long as the
 * cgroup. With BPF_F_ALLOW_MULTI beside others there: all of them have to say yes.
 */
export function bpfProgAttach(
  call: {
    cgroup: Descriptor;
    program: Descriptor;
    type: "BPF_CGROUP_DEVICE";
    flags: readonly ConstantsOf<"BPF_F_">[];
  },
  about: About,
): Op {
  return bpf(
    "BPF_PROG_ATTACH",
    {
      target_fd: number(call.cgroup),
      attach_bpf_fd: number(call.program),
      attach_type: flags([call.type]),
      attach_flags: flags(call.flags),
    },
    about,
  );
}

function bpf(
  command: "BPF_PROG_LOAD" | "BPF_PROG_ATTACH",
  fields: Parameters<typeof struct<"bpf_attr">>[1],
  about: About,
) {
  return op("bpf", [flags([command]), struct("bpf_attr", fields), number(structSize("bpf_attr"))], about);
}
