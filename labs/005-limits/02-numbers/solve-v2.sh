echo {{pids}} > $CG/{{box}}/pids.max
sh many.sh $CG/{{box}}
# wait: fork
