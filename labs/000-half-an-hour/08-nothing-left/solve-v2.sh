exit
umount merged
rmdir $CG/by-hand
