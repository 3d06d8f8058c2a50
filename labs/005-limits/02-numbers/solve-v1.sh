echo {{pids}} > $CG_PIDS/{{box}}/pids.max
sh many.sh $CG_PIDS/{{box}}
# wait: fork
