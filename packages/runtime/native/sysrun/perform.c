/*
 * Performing: each op of a program is patched, called, and its outcome kept; the first failure ends the program. A
 * process that clone3 made goes on with the op's `program` and a copy of all results so far.
 */
#include "sysrun.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Each takes about a microsecond, and one without a rename in it is enough. */
enum { OPENAT2_TRIES = 100000 };

static u64 now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (u64)time.tv_sec * 1000000000u + (u64)time.tv_nsec;
}

static void wait_for_step(u32 program, u32 op) {
  send_record(&(struct record){.kind = RECORD_WAITING, .program = program, .op = op});
  char byte;
  ssize_t got;
  do got = read(run.step, &byte, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) _exit(EXIT_ABANDONED);
}

static bool allows(const struct op *op, int error) {
  for (size_t i = 0; i < sizeof op->allow / sizeof *op->allow && op->allow[i]; i++)
    if (op->allow[i] == error) return true;
  return false;
}

/* The call's result, or an errno negated as the kernel returns it. */
static i64 call(u32 program, const struct op *op) {
  if (op->fail) return -op->fail;
  const u64 *a = op->args;
  switch (op->number) {
    case CALL_TELL: return send_results(program, RECORD_TOLD) ? 0 : -EPIPE;
    case CALL_RELAY: return relay((int)a[0], (int)a[1]);
    case CALL_OUTLIVE: return outlive((int)a[0]);
  }
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

void perform(u32 program) {
  for (u32 i = 0; has_op(program, i); i++) {
    const struct op *op = op_at(program, i);
    patch_before(op);
    if (run.step >= 0) wait_for_step(program, i);

    struct record record = {.program = program, .op = i};
    if (run.trace) record.start_ns = now_ns();
    record.value = call(program, op);
    if (op->flags & OP_CLONES && record.value == 0) {
      keep(op->result_slot, 0);
      perform(op->program);
    }
    if (run.trace) record.end_ns = now_ns();

    bool failed = record.value < 0 && record.value >= -4095; /* where the kernel keeps its errnos */
    if (failed) record.error = (i32)-record.value;
    if (failed ? !allows(op, record.error) : (op->flags & OP_EXPECTS && record.value != op->expect)) {
      record.kind = RECORD_FAILED;
      fail(&record);
    }
    keep(op->result_slot, record.value);
    if (!failed) keep_outs(op);
    if (run.trace) {
      record.kind = RECORD_DONE;
      send_record(&record);
    }
  }
  if (program == 0) send_results(0, RECORD_ENDED);
  _exit(run.exit_code);
}
