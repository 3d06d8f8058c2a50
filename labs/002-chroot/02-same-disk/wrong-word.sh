echo hello > /etc/greeting
