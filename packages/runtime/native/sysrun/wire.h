/*
 * The wire form of a plan and of what is reported of it, little-endian; src/1-kernel/plan/wire.ts has the same table, and
 * a test compares the two. A plan comes as a block, all offsets counted from its start:
 *
 *   header | programs | ops | patches | data
 *
 * A program is a run of ops. An op is a system call's number and six arguments, all plain 64-bit values. What is not
 * known before the plan runs is patched in just before the call: addresses of data, results of earlier ops (in
 * arguments, inside structs, inside text). So a struct with pointers is data like any other, and a call that hands
 * something back through memory is one more patch, read after the call. Programs that the block does not have, and ops
 * that its last one has more of, come in blocks behind it: whoever plans is still at work on them while the first calls are made.
 */
#include <stdint.h>

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
#define CALL_TELL 0xffffffffu    /* send the results so far */
#define CALL_RELAY 0xfffffffeu   /* stand between our terminal and the one whose master is arg 0, until process arg 1 ends */
#define CALL_OUTLIVE 0xfffffffdu /* wait until nobody listens, and end as the process with status word arg 0 did */

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
  u32 first_program; /* the number of the first one here, */
  u32 first_op;      /* and of its first op here: the others before it came in blocks before this */
  u32 goes_on;       /* the last one has more ops, in the next block */
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
  RECORD_WAITING = 1,  /* about to make a call, as soon as a byte comes */
  RECORD_DONE = 2,     /* a call returned */
  RECORD_FAILED = 3,   /* a call failed and its program has ended; error 0: it returned `value`, not what it had to */
  RECORD_RESULT = 4,   /* slot `op` holds `value` */
  RECORD_TOLD = 5,     /* all results so far have been sent */
  RECORD_ENDED = 6,    /* programs[0] is through; processes it made may go on */
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

_Static_assert(sizeof(struct header) == 48 && sizeof(struct program) == 8, "no padding");
_Static_assert(sizeof(struct op) == 96 && sizeof(struct patch) == 16 && sizeof(struct record) == 40, "no padding");
