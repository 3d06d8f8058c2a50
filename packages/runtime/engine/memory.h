/* The engine's memory: 32-bit addresses, counted from MEMORY_START, which no address leads out of (memory.c). */
#include "wasm-rt.h"

/* Always there, so that an access needs not be told where: below 2 GiB it is part of an instruction. A program that is not
   moved about (-no-pie) begins far below, and the kernel puts nothing else here unasked. A heap it begins anywhere in the GiB
   behind the program, so the memory comes first; the C library then finds other room for its heap. */
#define MEMORY_START 0x40000000ul

/* What the memory holds when the planner begins: in the program's own data, by pages, so that only what is touched is ever
   read from the file. The build writes both (scripts/build/planner). */
extern char image_start[], image_end[];
extern const struct image_facts {
  uint32_t stack_pointer, runtime, context;
} image_facts;

/* Reserve all of it, `pages` of them in use. */
void allocate_memory(wasm_rt_memory_t *memory, uint32_t pages);

#define NOT_GROWN UINT32_MAX
/* @returns pages before, or NOT_GROWN */
uint32_t grow_memory(wasm_rt_memory_t *memory, uint32_t pages);

/* Put the image in the place of what the memory holds. */
void place_image(wasm_rt_memory_t *memory);

/* End the process with words. */
__attribute__((noreturn)) void fail(const char *what);
