echo hello > /etc/motd
