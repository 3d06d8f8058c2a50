unshare --pid bash
# undo
exit
