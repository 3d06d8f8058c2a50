/* What is called how in the C that wabt 1.0.32 (Debian 12's) writes. */
#define ENGINE_INSTANCE Z_quickjs_instance_t
#define ENV_INSTANCE Z_env_instance_t
#define WASI_INSTANCE Z_wasi_snapshot_preview1_instance_t
#define INSTANTIATE(...) (Z_quickjs_init_module(), Z_quickjs_instantiate(__VA_ARGS__))
#define EXPORT(name) Z_quickjsZ_##name
#define STACK_POINTER EXPORT(__stack_pointer)
#define ENV(name) Z_envZ_##name
#define WASI(name) Z_wasi_snapshot_preview1Z_##name
