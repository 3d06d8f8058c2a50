echo "10.0.0.1 {{word}}" >> merged/etc/hosts
