#!/run/glassbox-vm/busybox sh
# Makes the VM an ordinary machine before anything runs in it: the kernel's file systems, unified cgroup v2 with every
# controller handed down, a network that reaches nothing but the forwarded port, and memory where labs write.
busybox=/run/glassbox-vm/busybox
exec >/dev/ttyS0 2>&1
tell() { printf '\036glassbox progress %s\n' "$1" >/dev/ttyS1; }
$busybox stty -F /dev/ttyS1 raw -echo 2>/dev/null
tell "kernel $($busybox uname -r) has started"

$busybox mount -t proc proc /proc
$busybox mount -t sysfs sysfs /sys
$busybox mkdir -p /dev/pts /dev/shm /dev/mqueue
$busybox mount -t devpts -o mode=620,gid=5,ptmxmode=666 devpts /dev/pts
$busybox mount -t tmpfs -o mode=1777 tmpfs /dev/shm
$busybox mount -t mqueue mqueue /dev/mqueue
$busybox ln -sf /proc/self/fd /dev/fd
$busybox ln -sf fd/0 /dev/stdin
$busybox ln -sf fd/1 /dev/stdout
$busybox ln -sf fd/2 /dev/stderr

# As systemd mounts it.
$busybox mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
for controller in $($busybox cat /sys/fs/cgroup/cgroup.controllers); do
  echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
done

# An overlay cannot keep its changes on another overlay, and this root is one: what labs write to is memory.
# A checkout that lies below one of these directories is kept in sight.
checkout=$($busybox cat /run/glassbox-vm/checkout)
$busybox mkdir /run/glassbox-vm/kept
$busybox mount --bind "$checkout" /run/glassbox-vm/kept
$busybox mount -t tmpfs -o mode=1777 tmpfs /tmp
$busybox mkdir -p /var/lib/glassbox /var/tmp
$busybox mount -t tmpfs -o mode=755 tmpfs /var/lib/glassbox
$busybox mount -t tmpfs -o mode=1777 tmpfs /var/tmp
[ -e "$checkout" ] || { $busybox mkdir -p "$checkout" && $busybox mount --bind /run/glassbox-vm/kept "$checkout"; }

$busybox hostname glassbox-vm
$busybox ip link set lo up
$busybox ip addr add 10.0.2.15/24 dev eth0
$busybox ip link set eth0 up
: >/etc/glassbox-disposable
