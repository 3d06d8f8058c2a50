echo 100000 > $CG_CPU/{{box}}/cpu.cfs_period_us
echo {{percent}}000 > $CG_CPU/{{box}}/cpu.cfs_quota_us
sh spin.sh $CG_CPU/{{box}} &
