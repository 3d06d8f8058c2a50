echo {{pids}} > $CG/{{box}}/pids.max
