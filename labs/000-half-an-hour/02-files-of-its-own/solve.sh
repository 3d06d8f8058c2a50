exit
mkdir -p upper work merged
mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work merged
echo {{word}} > merged/etc/motd
