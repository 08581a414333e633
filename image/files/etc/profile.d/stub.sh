# shellcheck shell=sh
# Pasted and typed-by-program input stays what it is.
[ -z "$BASH_VERSION" ] || bind 'set enable-bracketed-paste off' 2> /dev/null

# Whoever sees a prompt may ask for the host key at once; stub's init has it made behind our back.
tenths=0
while [ ! -s /etc/ssh/ssh_host_ed25519_key.pub ] && [ "$tenths" -lt 100 ]; do
  tenths=$((tenths + 1))
  sleep 0.1
done
unset tenths
