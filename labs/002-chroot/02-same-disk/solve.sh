echo {{word}} > /etc/greeting
