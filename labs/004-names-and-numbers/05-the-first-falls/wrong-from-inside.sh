sleep {{seconds}} &
kill -9 1
