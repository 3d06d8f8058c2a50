echo max > $CG_PIDS/{{box}}/pids.max
echo {{mem}}M > $CG_MEMORY/{{box}}/memory.limit_in_bytes
echo 0 > $CG_MEMORY/{{box}}/memory.swappiness
sh eat.sh $CG_MEMORY/{{box}}; echo "exit code $?"
# wait: exit code 1
