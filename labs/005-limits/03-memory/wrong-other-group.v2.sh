mkdir $CG/other
echo {{mem}}M > $CG/other/memory.max
# undo
rmdir $CG/other
