exit
exit
capsh --drop=cap_sys_chroot --chroot=rootfs --shell=/bin/sh --
