echo {{word}} > /etc/motd
