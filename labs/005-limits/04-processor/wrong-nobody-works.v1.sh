echo {{percent}}000 > $CG_CPU/{{box}}/cpu.cfs_quota_us
