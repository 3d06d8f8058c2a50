exit
umount merged
rmdir $CG_MEMORY/by-hand
