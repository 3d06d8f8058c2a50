# The namespace ends with the hostname command, before anybody can see the name.
unshare --uts hostname {{name}}
