sleep {{seconds}} &
exit
