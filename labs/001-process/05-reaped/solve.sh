kill $!
