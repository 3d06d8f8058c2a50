umount /old
