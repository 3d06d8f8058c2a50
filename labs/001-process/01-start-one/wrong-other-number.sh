sleep 61 &
# undo
kill %1
