# A plain background job: bash asks after it at once, so no zombie stays.
sleep 1 &
wait $!
sleep {{parent}} &
# undo
kill $!
