/*
 * sysrun performs a plan: a list of system calls as data (docs/architecture.md; src/1-kernel/plan). It knows nothing of
 * containers and decides nothing. It exists because a JavaScript process has threads, and a process with threads can
 * neither enter namespaces nor go on after fork; this one has a single thread and no engine.
 *
 *   sysrun --plan FD [--report FD] [--trace] [--step FD] [--parent PID] [--sealed]
 *
 *   --plan    where the plan is read from: one block, its length in its header
 *   --report  where records go: results, the failure, the end, and with --trace one record a call (may be the plan's too)
 *   --step    a byte is read from here before each call; end of file ends sysrun (may be the plan's descriptor)
 *   --parent  die when the process with this pid, which must be our parent, does
 *   --sealed  run from a sealed copy in memory, so that a container that reaches us through /proc/PID/exe cannot write
 *             to the file on the host (CVE-2019-5736)
 *
 * The block, little-endian, all offsets counted from its start; src/1-kernel/plan/wire.ts has the same table, and a test
 * compares the two:
 *
 *   header | programs | ops | patches | data
 *
 * A program is a run of ops. An op is a system call's number and six arguments, all plain 64-bit values. What is not
 * known before the plan runs is patched in just before the call: addresses of data, results of earlier ops (in
 * arguments, inside structs, inside text). So a struct with pointers is data like any other, and a call that hands
 * something back through memory is one more patch, read after the call. Nothing here is checked beyond the outline:
 * whoever writes the plan can make any call already.
 *
 * A process that clone3 made goes on with the op's `program` and a copy of all results so far.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t i32;
typedef uint64_t u64;
typedef int64_t i64;

enum {
  MAGIC = 0x31504247, /* "GBP1" */
  BLOCK_MAX_BYTES = 16777216,
};
#define NO_SLOT 0xffffffffu
/* Our three words that are no system calls. */
#define CALL_TELL 0xffffffffu  /* send the results so far */
#define CALL_RELAY 0xfffffffeu /* stand between our terminal and the one whose master is arg 0, until process arg 1 ends */

#define CALL_OUTLIVE 0xfffffffdu /* wait until nobody listens, and end as the process with status word arg 0 did */

/* Exit codes. A plan may end a program with any code, so the report is what tells; these are for people and scripts. */
enum {
  EXIT_ABANDONED = 123, /* whoever stepped us has gone */
  EXIT_UNUSABLE = 124,  /* no plan could be read; stderr says why */
  EXIT_FAILED = 125,    /* a call failed; the report says which */
};

struct header {
  u32 magic;
  u32 size;
  u32 programs;
  u32 program_count;
  u32 ops;
  u32 op_count;
  u32 patches;
  u32 patch_count;
  u32 slot_count;
  u32 reserved;
};

struct program {
  u32 first_op;
  u32 op_count;
};

enum op_flag {
  OP_EXPECTS = 1, /* anything but `expect` is a failure */
  OP_CLONES = 2,  /* 0 means: we are the child, go on with `program` */
};

struct op {
  u64 args[6];
  i64 expect;
  u32 number;
  u32 flags;
  u32 first_patch;
  u32 patch_count;
  u32 result_slot;
  u32 program;
  u16 allow[7]; /* errnos that are fine; 0 ends the list */
  u16 fail;     /* not 0: do not call, act as if this errno came back */
};

enum patch_kind {
  PATCH_ADDRESS = 1, /* the 8 bytes at `at` become the address of `from` */
  PATCH_RESULT = 2,  /* the `size` bytes at `at` become the value in slot `from` */
  PATCH_TEXT = 3,    /* the `size` bytes at `from` go to `at`, or when that is 0 behind the last text */
  PATCH_DECIMAL = 4, /* slot `from` in decimal goes behind the last text */
  PATCH_LENGTH = 5,  /* the 8 bytes at `at` become the length of the string at `from` */
  PATCH_OUT = 6,     /* after the call, slot `from` becomes the 32-bit integer at `at` */
};

struct patch {
  u32 kind;
  u32 at;
  u32 from;
  u32 size;
};

enum record_kind {
  RECORD_WAITING = 1, /* about to make a call, as soon as a byte comes */
  RECORD_DONE = 2,    /* a call returned */
  RECORD_FAILED = 3,  /* a call failed and its program has ended; error 0 means it returned `value`, not what it had to */
  RECORD_RESULT = 4,  /* slot `op` holds `value` */
  RECORD_TOLD = 5,    /* all results so far have been sent */
  RECORD_ENDED = 6,   /* programs[0] is through; processes it made may go on */
  RECORD_UNUSABLE = 7, /* no plan could be read, or no copy made: nothing has been done */
};

struct record {
  u32 kind;
  u32 program;
  u32 op;
  i32 error;
  i64 value;
  u64 start_ns; /* CLOCK_MONOTONIC; 0 without --trace */
  u64 end_ns;
};

_Static_assert(sizeof(struct header) == 40 && sizeof(struct program) == 8, "no padding");
_Static_assert(sizeof(struct op) == 96 && sizeof(struct patch) == 16 && sizeof(struct record) == 40, "no padding");

/* Ours go high, out of the way of descriptors that a plan puts at fixed numbers for the program it executes. */
enum { OUR_LOWEST_FD = 200 };

/* Each takes about a microsecond, and one without a rename in it is enough. */
enum { OPENAT2_TRIES = 100000 };

static struct {
  unsigned char *block;
  i64 *slots;
  bool *known;
  int report, step;
  bool trace, outlives;
  int exit_code; /* 0, or that of the process we outlive */
} run = {.report = -1, .step = -1};

static struct header *header(void) { return (struct header *)run.block; }

static bool send_bytes(const void *bytes, size_t size) {
  if (run.report < 0) return false;
  for (const char *at = bytes; size > 0;) {
    /* When whoever listened has gone, that is an error to look at, not a signal to die from. */
    ssize_t sent = send(run.report, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == ENOTSOCK) sent = write(run.report, at, size);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= (size_t)sent;
  }
  return true;
}

static __attribute__((noreturn)) void unusable(const char *what) {
  int error = errno;
  struct record record = {.kind = RECORD_UNUSABLE, .error = error};
  send_bytes(&record, sizeof record);
  dprintf(2, "sysrun: %s: %s\n", what, error ? strerror(error) : "not a plan");
  _exit(EXIT_UNUSABLE);
}

/* All results so far and a last record, sent in pieces of many, since each piece wakes the reader. */
static bool send_results(u32 program, const struct record *last) {
  struct record piece[64];
  size_t count = 0;
  for (u32 slot = 0; slot < header()->slot_count; slot++) {
    if (!run.known[slot]) continue;
    piece[count++] = (struct record){.kind = RECORD_RESULT, .program = program, .op = slot, .value = run.slots[slot]};
    if (count < sizeof piece / sizeof *piece - 1) continue;
    if (!send_bytes(piece, count * sizeof *piece)) return false;
    count = 0;
  }
  piece[count++] = *last;
  return send_bytes(piece, count * sizeof *piece);
}

static bool tell(u32 program, u32 kind) {
  return send_results(program, &(struct record){.kind = kind, .program = program});
}

/* On stderr, which is the container's own by then; a program that cannot be executed in the words of other runtimes. */
static void say_failure(u32 program, u32 index, int error) {
  const struct program *programs = (const struct program *)(run.block + header()->programs);
  const struct op *op = (const struct op *)(run.block + header()->ops) + programs[program].first_op + index;
  const char *what = error ? strerror(error) : "unexpected result";
  if (op->number == SYS_execve) dprintf(2, "exec %s: %c%s\n", (const char *)op->args[0], what[0] | 0x20, what + 1);
  else dprintf(2, "sysrun: program %u, call %u: %s\n", program, index, what);
}

static __attribute__((noreturn)) void fail(u32 program, u32 op, int error, i64 value, u64 start_ns, u64 end_ns) {
  struct record record = {RECORD_FAILED, program, op, error, value, start_ns, end_ns};
  /* What the first program knows is what there is to undo. */
  bool sent = program == 0 ? send_results(0, &record) : send_bytes(&record, sizeof record);
  /* A process that waited for a later `start` may fail when nobody listens any more: then stderr has to do. Whoever left
     the first program alone knew why. */
  if (!sent && program != 0) say_failure(program, op, error);
  _exit(run.outlives ? run.exit_code : EXIT_FAILED);
}

static u64 now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (u64)time.tv_sec * 1000000000u + (u64)time.tv_nsec;
}

static void wait_for_step(u32 program, u32 op) {
  struct record record = {.kind = RECORD_WAITING, .program = program, .op = op};
  send_bytes(&record, sizeof record);
  char byte;
  ssize_t got;
  do got = read(run.step, &byte, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) _exit(EXIT_ABANDONED);
}

static void patch_before(const struct op *op) {
  const struct patch *patches = (const struct patch *)(run.block + header()->patches) + op->first_patch;
  char *text = NULL; /* where the text being put together goes on */
  for (u32 i = 0; i < op->patch_count; i++) {
    const struct patch *patch = &patches[i];
    void *at = run.block + patch->at, *from = run.block + patch->from;
    switch (patch->kind) {
      case PATCH_ADDRESS:
        memcpy(at, &from, sizeof from);
        break;
      case PATCH_RESULT:
        memcpy(at, &run.slots[patch->from], patch->size);
        break;
      case PATCH_TEXT:
        if (patch->at) text = at;
        memcpy(text, from, patch->size);
        text += patch->size;
        *text = 0;
        break;
      case PATCH_DECIMAL:
        text += sprintf(text, "%lld", (long long)run.slots[patch->from]);
        break;
      case PATCH_LENGTH: {
        u64 length = strlen(from);
        memcpy(at, &length, sizeof length);
        break;
      }
    }
  }
}

static void keep(u32 slot, i64 value) {
  if (slot == NO_SLOT) return;
  run.slots[slot] = value;
  run.known[slot] = true;
}

static void keep_outs(const struct op *op) {
  const struct patch *patches = (const struct patch *)(run.block + header()->patches) + op->first_patch;
  for (u32 i = 0; i < op->patch_count; i++) {
    if (patches[i].kind != PATCH_OUT) continue;
    i32 value;
    memcpy(&value, run.block + patches[i].at, sizeof value);
    keep(patches[i].from, value);
  }
}

static bool allows(const struct op *op, int error) {
  for (size_t i = 0; i < sizeof op->allow / sizeof *op->allow && op->allow[i]; i++)
    if (op->allow[i] == error) return true;
  return false;
}

/* ---- relaying a terminal: a loop, which a list of calls cannot say */

static bool copy_some(int from, int to) {
  char bytes[16384]; /* four times what the kernel's terminal hands out at once */
  ssize_t got = read(from, bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false; /* EIO: nobody has the other side open any more */
  for (char *at = bytes; got > 0;) {
    ssize_t put = write(to, at, (size_t)got);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) {
      poll(&(struct pollfd){.fd = to, .events = POLLOUT}, 1, -1);
      continue;
    }
    if (put <= 0) return false;
    at += put;
    got -= put;
  }
  return true;
}

static void copy_size(int master) {
  struct winsize size;
  if (ioctl(0, TIOCGWINSZ, &size) == 0) ioctl(master, TIOCSWINSZ, &size);
}

/* Our own terminal, where we have one, passes every key on unread until the process behind `pidfd` has ended. */
static i64 relay(int master, int pidfd) {
  struct termios before, raw;
  bool terminal = tcgetattr(0, &before) == 0;
  sigset_t resized;
  sigemptyset(&resized);
  sigaddset(&resized, SIGWINCH);
  sigprocmask(SIG_BLOCK, &resized, NULL);
  int resizes = signalfd(-1, &resized, SFD_CLOEXEC);
  if (resizes < 0) return -errno;
  if (terminal) {
    raw = before;
    cfmakeraw(&raw);
    tcsetattr(0, TCSANOW, &raw);
    copy_size(master);
  }
  struct pollfd events[] = {
      {.fd = 0, .events = POLLIN}, {.fd = master, .events = POLLIN}, {.fd = resizes, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
  for (;;) {
    if (poll(events, 4, -1) < 0 && errno != EINTR) break;
    if (events[1].revents && !copy_some(master, 1)) break;
    /* Its last words first: only when there is nothing left to read does its end count. */
    if (events[3].revents && !events[1].revents) break;
    if (events[0].revents && !copy_some(0, master)) {
      /* End of input: what Ctrl-D is to a program that reads a terminal. */
      if (write(master, "\4", 1) < 0) break;
      events[0].fd = -1;
    }
    if (events[2].revents) {
      struct signalfd_siginfo unused;
      if (read(resizes, &unused, sizeof unused) > 0) copy_size(master);
    }
  }
  if (terminal) tcsetattr(0, TCSADRAIN, &before);
  close(resizes);
  return 0;
}

/* Whoever made the plan may be at work still on what we told: only when it has left are we alone with the rest. From then
   on whoever waits for us learns how that process ended, as a shell would tell it. */
static i64 outlive(int status) {
  char byte;
  while (run.report >= 0 && recv(run.report, &byte, 1, 0) < 0 && errno == EINTR) continue;
  run.outlives = true;
  run.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return 0;
}

/* The call's result, or an errno negated as the kernel returns it. */
static i64 call(u32 program, const struct op *op) {
  if (op->fail) return -op->fail;
  if (op->number == CALL_TELL) return tell(program, RECORD_TOLD) ? 0 : -EPIPE;
  const u64 *a = op->args;
  if (op->number == CALL_RELAY) return relay((int)a[0], (int)a[1]);
  if (op->number == CALL_OUTLIVE) return outlive((int)a[0]);
  for (int tries = 0;; tries++) {
    i64 value = syscall(op->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (value != -1) return value;
    /* A path with "..", kept below a root, while anybody on the machine renames or mounts: the kernel could not be sure
       and asks to be asked again (man 2 openat2). Bounded, because somebody may do nothing else. */
    if (errno == EAGAIN && op->number == SYS_openat2 && tries < OPENAT2_TRIES) continue;
    /* We handle no signals, so an interruption (stop and continue, a tracer) is not news. After an interrupted close
       the descriptor is gone already, and a second one could close somebody else's. */
    if (errno != EINTR || op->number == SYS_close || allows(op, EINTR)) return -errno;
  }
}

static __attribute__((noreturn)) void perform(u32 index) {
  const struct program *programs = (const struct program *)(run.block + header()->programs);
  struct op *ops = (struct op *)(run.block + header()->ops);
  for (u32 i = 0; i < programs[index].op_count; i++) {
    const struct op *op = &ops[programs[index].first_op + i];
    patch_before(op);
    if (run.step >= 0) wait_for_step(index, i);

    u64 start_ns = run.trace ? now_ns() : 0;
    i64 value = call(index, op);
    if (op->flags & OP_CLONES && value == 0) {
      keep(op->result_slot, 0);
      perform(op->program);
    }
    u64 end_ns = run.trace ? now_ns() : 0;

    int error = value < 0 && value >= -4095 ? (int)-value : 0;
    if (error ? !allows(op, error) : (op->flags & OP_EXPECTS && value != op->expect))
      fail(index, i, error, value, start_ns, end_ns);
    keep(op->result_slot, value);
    if (!error) keep_outs(op);
    if (run.trace) {
      struct record record = {RECORD_DONE, index, i, error, value, start_ns, end_ns};
      send_bytes(&record, sizeof record);
    }
  }
  if (index == 0) tell(0, RECORD_ENDED);
  _exit(run.exit_code);
}

static void read_all(int fd, void *into, size_t size) {
  for (char *at = into; size > 0;) {
    ssize_t got = read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = 0;
    if (got <= 0) unusable("cannot read the plan");
    at += got;
    size -= (size_t)got;
  }
}

static bool fits(u32 offset, u32 count, size_t size, u32 end) {
  return offset % 8 == 0 && offset <= end && count <= (end - offset) / size;
}

static void read_plan(int fd) {
  struct header head;
  /* Whoever started us may have found that there is nothing to perform. */
  char byte;
  if (recv(fd, &byte, 1, MSG_PEEK) == 0) _exit(EXIT_ABANDONED);
  read_all(fd, &head, sizeof head);
  errno = 0;
  if (head.magic != MAGIC || head.size > BLOCK_MAX_BYTES || head.size < sizeof head || head.program_count == 0 ||
      !fits(head.programs, head.program_count, sizeof(struct program), head.size) ||
      !fits(head.ops, head.op_count, sizeof(struct op), head.size) ||
      !fits(head.patches, head.patch_count, sizeof(struct patch), head.size) || head.slot_count > head.size)
    unusable("cannot read the plan");
  size_t slots_at = (head.size + 7u) & ~7u;
  size_t total = slots_at + head.slot_count * (sizeof(i64) + sizeof(bool));
  run.block = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (run.block == MAP_FAILED) unusable("cannot hold the plan");
  run.slots = (i64 *)(run.block + slots_at);
  run.known = (bool *)(run.slots + head.slot_count);
  memcpy(run.block, &head, sizeof head);
  read_all(fd, run.block + sizeof head, head.size - sizeof head);
}

/* A descriptor of ours, closed by whatever is executed later. */
static int take(int fd) {
  if (fd < 0) return fd;
  int high = fcntl(fd, F_DUPFD_CLOEXEC, OUR_LOWEST_FD);
  if (high >= 0) {
    close(fd);
    return high;
  }
  /* A low RLIMIT_NOFILE: stay where we are. */
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) unusable("cannot keep a descriptor");
  return fd;
}

static void execute_sealed_copy(char **argv, char **environment) {
  int copy = memfd_create("sysrun", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (copy < 0 || self < 0) unusable("cannot copy itself");
  for (;;) {
    ssize_t copied = sendfile(copy, self, NULL, BLOCK_MAX_BYTES);
    if (copied < 0) unusable("cannot copy itself");
    if (copied == 0) break;
  }
  if (fcntl(copy, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
    unusable("cannot seal its copy");
  fexecve(copy, argv, environment);
  unusable("cannot execute its copy");
}

static int number(const char *text) {
  char *end;
  long value = text ? strtol(text, &end, 10) : -1;
  if (!text || *end || value < 0 || value > INT32_MAX) {
    dprintf(2, "usage: sysrun --plan FD [--report FD] [--trace] [--step FD] [--parent PID] [--sealed]\n");
    _exit(EXIT_UNUSABLE);
  }
  return (int)value;
}

int main(int argc, char **argv, char **environment) {
  int plan = -1, step = -1, parent = 0, kept = 1;
  bool sealed = false;
  for (int i = 1; i < argc; i++) {
    char *option = argv[i];
    if (strcmp(option, "--sealed") == 0) {
      sealed = true;
      continue;
    }
    argv[kept++] = option;
    if (strcmp(option, "--trace") == 0) {
      run.trace = true;
      continue;
    }
    int value = number(argv[++i]);
    argv[kept++] = argv[i];
    if (strcmp(option, "--plan") == 0) plan = value;
    else if (strcmp(option, "--report") == 0) run.report = value;
    else if (strcmp(option, "--step") == 0) step = value;
    else if (strcmp(option, "--parent") == 0) parent = value;
    else number(NULL);
  }
  argv[kept] = NULL;

  if (sealed) execute_sealed_copy(argv, environment);
  if (parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* It may have died before we asked. */
    if (getppid() != parent) _exit(EXIT_ABANDONED);
  }
  if (plan < 0) number(NULL);
  read_plan(plan);
  if (plan != step && plan != run.report) close(plan);
  run.report = take(run.report);
  run.step = take(step);
  perform(0);
}
