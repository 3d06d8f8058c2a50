# terminal: watch
unshare --mount --uts --ipc --pid --fork sh box.sh
# undo
exit
# terminal: main
