# shellcheck shell=sh
# As a real one would, it asks about itself.
if [ ! -e /proc/self/status ]; then
  echo "systemd: /proc is not mounted" >&2
  exit 1
fi
