glassrun kill {{box}} KILL
# It cannot be deleted before it has ended.
until glassrun delete {{box}}; do sleep 1; done
