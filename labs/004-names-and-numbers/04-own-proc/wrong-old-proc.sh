# terminal: watch
unshare --pid --fork --mount bash
# undo
exit
# terminal: main
