exit
glassrun spec
sed -i 's/"path": "rootfs"/"path": "merged"/' config.json
sed -i 's/"hostname": ".*"/"hostname": "{{name}}"/' config.json
sed -i "s/\"resources\": {/\"resources\": { \"memory\": { \"limit\": $(({{mem}} * 1024 * 1024)) },/" config.json
