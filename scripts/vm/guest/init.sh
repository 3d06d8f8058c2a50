#!/bin/busybox sh
# The lab VM's first program, run by the kernel from the initramfs. It loads the modules, mounts the host's root
# read-only with a writable layer of memory on top, and hands over to busybox init on that root. The host's files are
# never changed: the writable layer is gone when the VM ends.
/bin/busybox mkdir -p /proc /sys /dev /host /writable /newroot
/bin/busybox mount -t devtmpfs devtmpfs /dev
/bin/busybox mount -t proc proc /proc

fail() {
  echo "glassbox-vm: $1" >/dev/ttyS0
  printf '\036glassbox failed %s\n' "$1" >/dev/ttyS1
  /bin/busybox sleep 1
  /bin/busybox poweroff -f
}

for module in /modules/*; do
  /bin/busybox insmod "$module" || fail "cannot load the kernel module ${module#/modules/}"
done

# cache=loose: the host's files do not change under a running VM as far as the VM is concerned, and every file read
# twice comes from memory the second time.
/bin/busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose host /host ||
  fail "cannot mount the host's root over 9p"
/bin/busybox mount -t tmpfs -o mode=755 writable /writable
/bin/busybox mkdir /writable/upper /writable/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/writable/upper,workdir=/writable/work overlay /newroot ||
  fail "cannot lay the writable layer over the host's root"

/bin/busybox mount -t tmpfs -o mode=755 tmpfs /newroot/run
/bin/busybox mkdir /newroot/run/glassbox-vm
/bin/busybox cp /bin/busybox /guest/checkout /guest/setup.sh /guest/main.sh /newroot/run/glassbox-vm/
/bin/busybox ln -s busybox /newroot/run/glassbox-vm/init
/bin/busybox cp /guest/inittab /newroot/etc/inittab
/bin/busybox umount /proc
/bin/busybox mount --move /dev /newroot/dev
exec /bin/busybox switch_root /newroot /run/glassbox-vm/init
