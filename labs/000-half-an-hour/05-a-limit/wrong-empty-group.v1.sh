# A limit that nobody is held to.
# terminal: watch
mkdir $CG_MEMORY/by-hand; echo {{mem}}M > $CG_MEMORY/by-hand/memory.limit_in_bytes
# terminal: main
