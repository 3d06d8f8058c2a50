# A limit that nobody is held to.
# terminal: watch
mkdir $CG/by-hand; echo {{mem}}M > $CG/by-hand/memory.max
# terminal: main
