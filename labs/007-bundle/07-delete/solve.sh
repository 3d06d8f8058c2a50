glassrun kill {{box}} KILL
sleep 1
glassrun delete {{box}}
