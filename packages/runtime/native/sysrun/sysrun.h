/*
 * What the parts of sysrun share: the plan it performs, what is known so far, and who listens. A process that clone3 made
 * has a copy of all of it.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <stdbool.h>

/* Exit codes. A plan may end a program with any code, so the report is what tells; these are for people and scripts. */
enum {
  EXIT_ABANDONED = 123, /* whoever stepped us has gone */
  EXIT_UNUSABLE = 124,  /* no plan could be read; stderr says why */
  EXIT_FAILED = 125,    /* a call failed; the report says which */
};

extern struct run {
  unsigned char *block; /* the plan, patched in place */
  i64 *slots;           /* results, and which of them there are yet */
  bool *known;
  int plan, report, step; /* -1: nothing more comes, nobody listens, nobody steps */
  bool trace;
  bool outlives;
  int exit_code; /* 0, or that of the process we outlive */
} run;

static inline const struct header *header(void) { return (const struct header *)run.block; }
static inline const struct program *program_at(u32 program) {
  return (const struct program *)(run.block + header()->programs) + (program - header()->first_program);
}
/* The number of the program's first op in this block. */
static inline u32 first_here(u32 program) { return program == header()->first_program ? header()->first_op : 0; }
static inline const struct op *op_at(u32 program, u32 index) {
  return (const struct op *)(run.block + header()->ops) + program_at(program)->first_op + (index - first_here(program));
}
static inline const struct patch *patches_of(const struct op *op) {
  return (const struct patch *)(run.block + header()->patches) + op->first_patch;
}

/* block.c: the plan comes in. */
void read_block(int fd);
bool has_op(u32 program, u32 index); /* waits for it where it has to come yet */

/* perform.c: the plan is performed. Ends the process, and every one it made. */
__attribute__((noreturn)) void perform(u32 program);

/* results.c: what calls returned, kept in slots, and put into later calls. */
void keep(u32 slot, i64 value);
void patch_before(const struct op *op);
void keep_outs(const struct op *op);

/* report.c: what whoever listens is told; false when nobody does. The last two end the process. */
bool send_record(const struct record *record);
bool send_results(u32 program, u32 last_kind); /* all there are, then an empty record of this kind */
i64 outlive(int status);
__attribute__((noreturn)) void fail(const struct record *failure);
__attribute__((noreturn)) void unusable(const char *what);

/* relay.c: standing between two terminals. */
i64 relay(int master, int pidfd);
