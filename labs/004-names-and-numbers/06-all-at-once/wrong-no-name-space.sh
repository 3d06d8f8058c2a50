# Without --ipc: everything else is right.
cd {{LAB}}
hostname; unshare --mount --uts --pid --fork sh box.sh
# undo
exit
