echo max > $CG/{{box}}/pids.max
echo {{mem}}M > $CG/{{box}}/memory.max
[ -e $CG/{{box}}/memory.swap.max ] && echo 0 > $CG/{{box}}/memory.swap.max
sh eat.sh $CG/{{box}}; echo "exit code $?"
# wait: exit code 1
