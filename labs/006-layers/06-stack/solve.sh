umount merged
mkdir -p upper4 work4 merged4
mount -t overlay overlay -o lowerdir=upper:rootfs,upperdir=upper4,workdir=work4 merged4
