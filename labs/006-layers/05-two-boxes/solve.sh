mkdir -p upper2 work2 merged2
mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper2,workdir=work2 merged2
