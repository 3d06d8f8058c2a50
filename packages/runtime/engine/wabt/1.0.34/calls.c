/* What the C that wabt 1.0.34 writes calls, and no other version's: a memory may be of 64 bits there. This one is of 32. */
#include "memory.h"

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint64_t pages, uint64_t max_pages, bool is64) {
  (void)max_pages;
  memory->is64 = is64;
  allocate_memory(memory, (uint32_t)pages);
}

uint64_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint64_t pages) {
  return pages > UINT32_MAX ? (uint64_t)-1 : grow_memory(memory, (uint32_t)pages);
}
