# terminal: watch
mkdir -p $CG_MEMORY/by-hand; echo {{mem}}M > $CG_MEMORY/by-hand/memory.limit_in_bytes
echo 0 > $CG_MEMORY/by-hand/memory.swappiness
pgrep -P $(pgrep -n -x unshare) > $CG_MEMORY/by-hand/cgroup.procs
# terminal: main
grep by-hand /proc/self/cgroup && tail /dev/zero; echo "exit code $?"
# wait: exit code 1
