sed -i 's/"hostname": ".*"/"hostname": "{{name}}"/' config.json
