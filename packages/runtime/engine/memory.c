/*
 * What code made by wasm2c needs of its surroundings (wasm-rt.h): its memory, its table of functions, and an end when
 * something is wrong. wabt has the same for hosts of many modules; here is one, which lives as long as the process.
 *
 * All 4 GiB that a 32-bit address can name, and as much again for the offset of an instruction, are reserved and not
 * accessible but for the part in use. So no address is checked: a wrong one ends the process with SIGSEGV.
 */
#define _GNU_SOURCE
#include "memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 65536u
#define RESERVED_BYTES (8ull << 30)
/* A planner needs a few MiB; a bundle that needs more than this is not one. */
#define MEMORY_MAX_PAGES 8192u
/* QuickJS has half as many that are called by their place. */
#define FUNCTIONS_MAX 1024u

void fail(const char *what) {
  dprintf(2, "glassrun: The planner's engine cannot go on: %s\n", what);
  _exit(1);
}

void place_image(wasm_rt_memory_t *memory) {
  size_t size = (size_t)(image_end - image_start);
  /* Moved rather than copied: most of it is never written. */
  if (mremap(image_start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, memory->data) == MAP_FAILED)
    fail(strerror(errno));
  memory->pages = (uint32_t)(size / PAGE_BYTES);
  memory->size = (uint32_t)size;
}

bool wasm_rt_is_initialized(void) { return true; }

void allocate_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  memory->data = mmap((void *)MEMORY_START, RESERVED_BYTES, PROT_NONE,
                      MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory->data == MAP_FAILED) fail(strerror(errno));
  memory->pages = memory->size = 0;
  memory->max_pages = MEMORY_MAX_PAGES;
  if (grow_memory(memory, pages) == NOT_GROWN) fail(strerror(errno));
}

uint32_t grow_memory(wasm_rt_memory_t *memory, uint32_t pages) {
  uint32_t before = (uint32_t)memory->pages;
  if (pages > memory->max_pages - before) return NOT_GROWN;
  if (mprotect(memory->data + memory->size, (size_t)pages * PAGE_BYTES, PROT_READ | PROT_WRITE) < 0) return NOT_GROWN;
  memory->pages += pages;
  memory->size += pages * PAGE_BYTES;
  return before;
}

void wasm_rt_free_memory(wasm_rt_memory_t *memory) { (void)memory; }

/* Not from the heap: wabt 1.0.34 asks for the table before the memory, and the kernel may begin a heap where that belongs. */
void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *table, uint32_t size, uint32_t max_size) {
  static wasm_rt_funcref_t functions[FUNCTIONS_MAX];
  if (size > FUNCTIONS_MAX) fail("there are too many functions");
  table->data = functions;
  table->size = size;
  table->max_size = max_size;
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *table) { (void)table; }

void wasm_rt_trap(wasm_rt_trap_t trap) {
  (void)trap;
  fail("it is at an instruction that must not be reached");
}
