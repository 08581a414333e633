# shellcheck shell=sh
# Pasted and typed-by-program input stays what it is.
[ -z "$BASH_VERSION" ] || bind 'set enable-bracketed-paste off' 2> /dev/null
