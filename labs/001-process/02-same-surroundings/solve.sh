readlink /proc/$!/ns/uts > uts.txt
