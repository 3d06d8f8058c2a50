# terminal: watch
glassrun exec {{box}} sleep {{visitor}}
# terminal: main
