kill -9 $(pgrep -P $!)
