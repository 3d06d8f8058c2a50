chroot rootfs /bin/sh
