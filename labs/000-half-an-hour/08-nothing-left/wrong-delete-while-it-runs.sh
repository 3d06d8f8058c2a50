# terminal: watch
glassrun delete {{box}}
# terminal: main
