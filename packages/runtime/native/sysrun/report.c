/*
 * What whoever listens is told, in records of one size (src/1-kernel/plan/report.ts reads them). When nobody listens any
 * more, that is nothing to die from: a container may live longer than the program that started it.
 */
#include "sysrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

bool send_record(const struct record *record) { return send_bytes(record, sizeof *record); }

/* All results so far and a last record, in pieces of many, since each piece wakes the reader. */
static bool send_results_and(const struct record *last) {
  struct record piece[64];
  size_t count = 0;
  for (u32 slot = 0; slot < header()->slot_count; slot++) {
    if (!run.known[slot]) continue;
    piece[count++] = (struct record){.kind = RECORD_RESULT, .program = last->program, .op = slot, .value = run.slots[slot]};
    if (count < sizeof piece / sizeof *piece - 1) continue;
    if (!send_bytes(piece, count * sizeof *piece)) return false;
    count = 0;
  }
  piece[count++] = *last;
  return send_bytes(piece, count * sizeof *piece);
}

bool send_results(u32 program, u32 last_kind) {
  return send_results_and(&(struct record){.kind = last_kind, .program = program});
}

/* Whoever made the plan may be at work still on what we told: only when it has left are we alone with the rest. From then
   on whoever waits for us learns how that process ended, as a shell would tell it. */
i64 outlive(int status) {
  /* There may be blocks in it that nobody has read, if the process they were for has failed. */
  char rest[4096];
  while (run.report >= 0) {
    ssize_t got = recv(run.report, rest, sizeof rest, 0);
    if (got == 0 || (got < 0 && errno != EINTR)) break;
  }
  run.outlives = true;
  run.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return 0;
}

/* In the words of other runtimes, which are glibc's: musl has its own for some of what execve answers. */
static const char *meaning(int error) {
  switch (error) {
    case EIO: return "Input/output error";
    case ENOMEM: return "Cannot allocate memory";
    case EMFILE: return "Too many open files";
    case ENAMETOOLONG: return "File name too long";
    case ELOOP: return "Too many levels of symbolic links";
    case ELIBBAD: return "Accessing a corrupted shared library";
    default: return strerror(error);
  }
}

/* On stderr, which is the container's own by then. */
static void say_failure(const struct record *failure) {
  const struct op *op = op_at(failure->program, failure->op);
  const char *what = failure->error ? meaning(failure->error) : "unexpected result";
  if (op->number == SYS_execve) dprintf(2, "exec %s: %c%s\n", (const char *)op->args[0], what[0] | 0x20, what + 1);
  else dprintf(2, "sysrun: program %u, call %u: %s\n", failure->program, failure->op, what);
}

void fail(const struct record *failure) {
  /* What the first program knows is what there is to undo. */
  bool sent = failure->program == 0 ? send_results_and(failure) : send_record(failure);
  /* A process that waited for a later `start` may fail when nobody listens any more: then stderr has to do. Whoever left
     the first program alone knew why. */
  if (!sent && failure->program != 0) say_failure(failure);
  _exit(run.outlives ? run.exit_code : EXIT_FAILED);
}

void unusable(const char *what) {
  int error = errno;
  send_record(&(struct record){.kind = RECORD_UNUSABLE, .error = error});
  dprintf(2, "sysrun: %s: %s\n", what, error ? strerror(error) : "not a plan");
  _exit(EXIT_UNUSABLE);
}
