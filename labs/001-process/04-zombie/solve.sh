bash -c 'sleep 1 & exec sleep {{parent}}' &
