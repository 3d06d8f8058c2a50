chroot /proc/$PPID/root /bin/bash
