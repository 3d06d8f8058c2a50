bash
# undo
exit
