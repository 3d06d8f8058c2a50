mkdir $CG_MEMORY/other
echo {{mem}}M > $CG_MEMORY/other/memory.limit_in_bytes
# undo
rmdir $CG_MEMORY/other
