#!/bin/bash
# Makes a machine of its own out of namespaces, for an engine to have to itself, and keeps it until standard input ends.
# Called by machine.ts as: start.sh WORK GROUP [CONTROLLERS MOUNTPOINT]..., in groups it may take for itself.
set -euo pipefail
work=$1 group=$2
shift 2

if [ "${MACHINE_STAGE-}" != inside ]; then
  # First in its cgroups, then a cgroup namespace: where a process is when it makes one becomes the root of what it sees.
  for ((i = 2; i <= $#; i += 2)); do echo $$ >"${!i}/$group/cgroup.procs"; done
  MACHINE_STAGE=inside exec unshare --mount --propagation private --pid --net --uts --ipc --cgroup --fork --kill-child \
    bash "$0" "$work" "$group" "$@"
fi

# The outer /proc is still there, so this is the number that the outer machine knows this process by.
read -r pid _ </proc/self/stat
# Commands that enter begin where this process is.
cd /
mount -t proc proc /proc
# Not only covered: engines read the list of mounts, and would find the outer trees in it.
umount --lazy --recursive /sys
mount -t sysfs sysfs /sys
if [ $# = 2 ] && [ "$1" = unified ]; then
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  trees=(/sys/fs/cgroup)
else
  mount -t tmpfs tmpfs /sys/fs/cgroup
  trees=()
  while [ $# -gt 0 ]; do
    tree=/sys/fs/cgroup/$(basename "$2")
    mkdir "$tree"
    case $1 in
    unified) mount -t cgroup2 cgroup2 "$tree" ;;
    name=*) mount -t cgroup -o "none,$1" cgroup "$tree" ;;
    *) mount -t cgroup -o "$1" cgroup "$tree" ;;
    esac
    # Engines go by the name of a controller, also where one tree has several.
    [[ $1 != *,* ]] || for name in ${1//,/ }; do ln -s "$tree" "/sys/fs/cgroup/$name"; done
    trees+=("$tree")
    shift 2
  done
fi
# On v2 a group with processes in it may not pass controllers on, so nobody stays at the root.
for tree in "${trees[@]}"; do
  mkdir "$tree/machine"
  if [ -e "$tree/cpuset.cpus" ] && [ ! -e "$tree/cgroup.controllers" ]; then
    # v1's cpuset lets nobody in before it has processors and memory nodes.
    for file in cpuset.cpus cpuset.mems; do cat "$tree/$file" >"$tree/machine/$file"; done
  fi
  echo $$ >"$tree/machine/cgroup.procs"
done

# What an engine writes outside its data directory goes over here, and the real machine's stays as it is.
for place in etc var; do
  mkdir -p "$work/$place/upper" "$work/$place/work"
  mount -t overlay -o "lowerdir=/$place,upperdir=$work/$place/upper,workdir=$work/$place/work" overlay "/$place"
done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/user
# An overlay cannot lie on an overlay, and these are where engines keep theirs.
for place in var/lib/containers var/lib/docker var/lib/containerd home; do
  mkdir -p "/$place" "$work/plain/$place"
  mount --bind "$work/plain/$place" "/$place"
done
ip link set lo up
hostname engines
echo "ready $pid"
# The end of input is the end of this machine: with its first process all others end, and all mounts go.
# bash, unlike dash, also collects orphans meanwhile.
read -r _ || true
