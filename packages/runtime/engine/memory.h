/* The engine's memory: 32-bit addresses, counted from `data`, which no address leads out of (memory.c). */
#include "wasm-rt.h"

/* What the memory holds when the planner begins: in the program's own data, by pages, so that only what is touched is ever
   read from the file. The build writes both (scripts/build/planner). */
extern char image_start[], image_end[];
extern const struct image_facts {
  uint32_t stack_pointer, runtime, context;
} image_facts;

/* Put the image in the place of what the memory holds. */
void place_image(wasm_rt_memory_t *memory);
