# terminal: watch
mkdir -p $CG/by-hand; echo {{mem}}M > $CG/by-hand/memory.max
[ -e $CG/by-hand/memory.swap.max ] && echo 0 > $CG/by-hand/memory.swap.max
pgrep -P $(pgrep -n -x unshare) > $CG/by-hand/cgroup.procs
# terminal: main
grep by-hand /proc/self/cgroup && tail /dev/zero; echo "exit code $?"
# wait: exit code 1
