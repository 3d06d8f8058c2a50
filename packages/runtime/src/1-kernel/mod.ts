/** What layer 2 and the apps may use of the kernel: plans, the system calls they are made of, and readers of its state. */

// The kernel's own numbers.
export { CAPABILITY } from "./abi/capability.ts";
export { CLONE } from "./abi/clone.ts";
export { ERRNO, ERRNO_MEANING, type ErrnoName, errnoName } from "./abi/errno.ts";
export { MOUNT } from "./abi/mount.ts";
export { OPEN } from "./abi/open.ts";
export { RLIMIT } from "./abi/rlimit.ts";
export { SECCOMP } from "./abi/seccomp.ts";
export { SIGNAL } from "./abi/signal.ts";
export { SYSCALL_NUMBERS } from "./abi/syscall-numbers.ts";
export { capabilityBit, capabilityMask, capabilityNames } from "./capabilities.ts";
export { mayMakeCgroup, mayMoveTo } from "./cgroups/delegation.ts";
export { mayMakeOnV1 } from "./cgroups/devices.ts";
export { deviceProgram } from "./cgroups/devices-bpf.ts";
export { type FreezerState, freeze, freezerState, thaw } from "./cgroups/freezer.ts";
export { type CgroupLayout, type CgroupMode, type Hierarchy, readCgroupLayout } from "./cgroups/layout.ts";
export type { CgroupLimits } from "./cgroups/limits.ts";
export { type CgroupDirectory, type CgroupSurvey, placeCgroup, surveyCgroup } from "./cgroups/place.ts";
export { processesIn, signalAll, treeOf } from "./cgroups/processes.ts";
export { removeCgroup } from "./cgroups/remove.ts";
export { unitAnnotations } from "./cgroups/systemd-annotations.ts";
export { type SystemdUnit, systemdUnit, unitProperties } from "./cgroups/systemd-unit.ts";
export { type CgroupStep, cgroupSteps, limitSteps, unmetLimits, withheldController } from "./cgroups/writes.ts";
// Extended BPF.
export { type EbpfInstruction, encodeEbpf } from "./ebpf/assembler.ts";
// Reading the kernel's state.
export { formatIdMap, type IdMapping, idMapProblem, parseIdMap } from "./id-maps.ts";
export { Kwatch, type KwatchOptions } from "./kwatch/kwatch.ts";
export type { KwatchRecord } from "./kwatch/records.ts";
export {
  directoriesShownBy,
  type MountInfo,
  type OverlayOptions,
  overlayLayers,
  parseMountinfo,
  readMountinfo,
} from "./mountinfo.ts";
export { describeNamespace, hostnameOf, mountTableOf, type NamespaceDescription } from "./namespaces/describe.ts";
export { nativeProgram } from "./native-program.ts";
// Plans.
export { type ConstantName, type ConstantsOf, fileMode, flags, written } from "./plan/constants.ts";
export { type EncodedPlan, type EncodeOptions, encodePlan } from "./plan/encode.ts";
export { explainPlan } from "./plan/explain.ts";
export { handOver, hasWaitingSysrun, ownPid, passSignalsTo } from "./plan/launcher.ts";
export { parsePlan } from "./plan/parse.ts";
export type { Arg, Op, Plan, Program } from "./plan/plan.ts";
export { type PrintOptions, printCall, printPlan } from "./plan/print.ts";
export type { CallEvent, Results, TracedCall } from "./plan/progress.ts";
export { SyscallError } from "./plan/syscall-error.ts";
export { type Outcome, type PerformOptions, performPlan } from "./plan/sysrun.ts";
export { OWN_FDS } from "./plan/sysrun-process.ts";
export { type CgroupMembership, parseProcCgroup, readProcCgroup } from "./procfs/cgroup.ts";
export { readCmdline } from "./procfs/cmdline.ts";
export {
  NAMESPACE_TYPES,
  type NamespaceKind,
  type NamespaceLinks,
  type NamespaceName,
  parseNamespaceLink,
  readNamespaceLinks,
} from "./procfs/namespace-links.ts";
export { listPids, listProcDirectory, readProcFile, readProcLink } from "./procfs/proc-file.ts";
export { type ProcessStat, readStat } from "./procfs/stat.ts";
export { type CapabilityMasks, type ProcessStatus, readStatus } from "./procfs/status.ts";
// Seccomp.
export { ACTION_NAMES as SECCOMP_ACTIONS, FLAG_NAMES as SECCOMP_FLAGS } from "./seccomp/actions.ts";
export {
  ARCHITECTURE_NAMES as SECCOMP_ARCHITECTURES,
  isArchitecture as isSeccompArchitecture,
} from "./seccomp/architectures.ts";
export { OPERATOR_NAMES as SECCOMP_OPERATORS } from "./seccomp/arguments.ts";
export { encodeInstructions } from "./seccomp/assembler.ts";
export { compileSeccomp, type SeccompFilter } from "./seccomp/compile.ts";
export type { SeccompProfile } from "./seccomp/profile.ts";
// System calls.
export { bpfProgAttach, bpfProgLoad } from "./syscalls/bpf.ts";
export {
  chdir,
  chroot,
  close,
  closeRange,
  closeRangeOnExec,
  dup3,
  fchdir,
  fchmodat,
  fchown,
  fchownat,
  mkdirat,
  mknodat,
  type OpenFlag,
  openat,
  openat2,
  pipe2,
  type ResolveFlag,
  read,
  sendfile,
  setxattr,
  symlinkat,
  unlinkat,
  write,
  writeNumber,
} from "./syscalls/files.ts";
export {
  type CapabilityName,
  capset,
  clearAmbientCapabilities,
  dropBoundingCapability,
  raiseAmbientCapability,
  setgroups,
  setKeepCapabilities,
  setNoNewPrivileges,
  setresgid,
  setresuid,
  umask,
} from "./syscalls/identity.ts";
export { joinSessionKeyring, setKeyPermissions } from "./syscalls/keys.ts";
export { type LimitName, prlimit64, UNLIMITED } from "./syscalls/limits.ts";
export {
  type MountAttribute,
  type MountFlag,
  mount,
  mountSetattr,
  moveMount,
  openTree,
  type Propagation,
  pivotRoot,
  umount2,
} from "./syscalls/mount.ts";
export { setdomainname, sethostname } from "./syscalls/names.ts";
export { type NamespaceFlag, setns, unshare } from "./syscalls/namespaces.ts";
export { type About, type Descriptor, type Directory, type Path, result, template, type Value } from "./syscalls/op.ts";
export {
  blockSignals,
  clone3,
  execve,
  execveat,
  exitCodeOf,
  getpid,
  getppid,
  kill,
  openTerminal,
  outlive,
  pidfdGetfd,
  relay,
  type SignalName,
  setControllingTerminal,
  setDumpable,
  setParentDeathSignal,
  setpgid,
  setsid,
  setTerminalSize,
  tell,
  unlockTerminal,
  wait4,
} from "./syscalls/processes.ts";
export { ioprioSet, schedSetaffinity, schedSetattr } from "./syscalls/scheduling.ts";
export { seccomp } from "./syscalls/seccomp.ts";
export { connect, sendDescriptor, socket, socketpair } from "./syscalls/sockets.ts";
