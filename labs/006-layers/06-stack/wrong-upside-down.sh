umount merged
mkdir -p upper4 work4 merged4
mount -t overlay overlay -o lowerdir=rootfs:upper,upperdir=upper4,workdir=work4 merged4
# undo
umount merged4
mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work merged
