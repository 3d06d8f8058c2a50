/* What is called how in the C that wabt 1.0.34 (Ubuntu 24.04's) writes. */
#define ENGINE_INSTANCE w2c_quickjs
#define ENV_INSTANCE w2c_env
#define WASI_INSTANCE w2c_wasi__snapshot__preview1
#define INSTANTIATE(...) wasm2c_quickjs_instantiate(__VA_ARGS__)
#define EXPORT(name) w2c_quickjs_##name
#define STACK_POINTER EXPORT(0x5F_stack_pointer)
#define ENV(name) w2c_env_##name
#define WASI(name) w2c_wasi__snapshot__preview1_##name
