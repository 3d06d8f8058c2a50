/* What the C that wabt 1.0.32 writes calls, and no other version's: signatures of functions are numbers that it asks for. */
#include "memory.h"

#include <stdarg.h>

#define SIGNATURES_MAX 256u
#define SIGNATURE_MAX 32u

void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint32_t pages, uint32_t max_pages) {
  (void)max_pages;
  allocate_memory(memory, pages);
}

uint32_t wasm_rt_grow_memory(wasm_rt_memory_t *memory, uint32_t pages) { return grow_memory(memory, pages); }

/* A function called by its place in the table must have the signature that the caller expects: the same number. */
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...) {
  static unsigned char known[SIGNATURES_MAX][SIGNATURE_MAX];
  static uint32_t count;
  unsigned char asked[SIGNATURE_MAX] = {(unsigned char)params, (unsigned char)results};
  if (params + results > SIGNATURE_MAX - 2) fail("a signature is too long");
  va_list types;
  va_start(types, results);
  for (uint32_t i = 0; i < params + results; i++) asked[2 + i] = (unsigned char)va_arg(types, wasm_rt_type_t);
  va_end(types);
  for (uint32_t i = 0; i < count; i++)
    if (!memcmp(known[i], asked, sizeof asked)) return i + 1;
  if (count == SIGNATURES_MAX) fail("there are too many signatures");
  memcpy(known[count], asked, sizeof asked);
  return ++count;
}
