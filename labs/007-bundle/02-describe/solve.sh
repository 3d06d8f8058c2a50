sed -i 's/"terminal": true/"terminal": false/' config.json
sed -i 's/^ *"sh"$/"sleep", "{{seconds}}"/' config.json
sed -i 's/"hostname": ".*"/"hostname": "{{name}}"/' config.json
sed -i "s/\"resources\": {/\"resources\": { \"memory\": { \"limit\": $(({{mem}} * 1024 * 1024)) },/" config.json
