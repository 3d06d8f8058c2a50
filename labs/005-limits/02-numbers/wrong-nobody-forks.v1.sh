echo {{pids}} > $CG_PIDS/{{box}}/pids.max
