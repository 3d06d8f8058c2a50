cd ../../../..
chroot . /bin/sh
# undo
exit
cd /
