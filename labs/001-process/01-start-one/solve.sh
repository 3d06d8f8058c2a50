sleep {{seconds}} &
