sleep {{boxed}} &
# undo
kill $!
