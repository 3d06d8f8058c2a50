echo "{{percent}}000 100000" > $CG/{{box}}/cpu.max
sh spin.sh $CG/{{box}} &
