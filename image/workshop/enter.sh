#!/bin/sh
# Runs a command in the workshop's tree, which it cannot change:
#
#   enter.sh TREE CWD [ro|rw FROM TO]... -- [NAME=VALUE]... COMMAND [ARGUMENT]...
#
# FROM is a folder outside, TO a name below /work inside. Started by workshop.ts in mount and process namespaces of its own,
# as root or as the root of a user namespace: with its last process all mounts are gone, however it ends.
set -eu

tree=$1
cwd=$2
shift 2

# A bind mount keeps the flags of what it shows; in a user namespace they may not be dropped.
read_only() {
  flags=$(findmnt --noheadings --output VFS-OPTIONS --target "$1" | tail -n 1)
  mount -o "remount,bind,ro,${flags#r[ow],}" "$1"
}

mount --bind "$tree" "$tree"
read_only "$tree"
mount -t tmpfs -o mode=0755 workshop "$tree/work"
mount -t tmpfs -o mode=1777 workshop "$tree/tmp"
mount -t tmpfs -o mode=0755 workshop "$tree/dev"
for device in null zero full random urandom; do
  : > "$tree/dev/$device"
  mount --bind "/dev/$device" "$tree/dev/$device"
done
ln -s /proc/self/fd "$tree/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do
  ln -s "/proc/self/fd/${number%:*}" "$tree/dev/${number#*:}"
done
# Where parts of /proc are masked (containers) the kernel refuses a new one; the old one will do.
mount -t proc proc "$tree/proc" 2> /dev/null || mount --rbind /proc "$tree/proc"

while [ "$1" != -- ]; do
  mkdir -p "$tree/work/$3"
  mount --bind "$2" "$tree/work/$3"
  [ "$1" = rw ] || read_only "$tree/work/$3"
  shift 3
done
shift

exec chroot "$tree" /usr/bin/env --ignore-environment --chdir="$cwd" \
  PATH=/usr/bin:/usr/sbin HOME=/work LC_ALL=C TZ=UTC "$@"
