# Everything but --ipc, from a terminal that is in no namespace of its own yet.
# terminal: watch
unshare --mount --uts --pid --fork sh box.sh
# undo
exit
# terminal: main
