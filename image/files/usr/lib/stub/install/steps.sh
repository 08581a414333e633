# shellcheck shell=bash
# An install is a row of named steps. A step that fails ends it with its name and reason, after a clean umount and
# without a reboot. The lines that begin with "stub-install:" are read by programs; keep their form.

set -Eeuo pipefail
export LC_ALL=C.UTF-8
umask 022

# The folder at which the new root is mounted while it is being made.
TARGET=${TARGET:-/mnt/target}

STEP_NAME=settings STEP_NUMBER=0 STEP_COUNT=0 REASON=
# An install that fails with less left than this fails for want of space.
ROOM_MIB=256
# Set where we begin to mount something at TARGET. What was there before us is never unmounted.
TARGET_IS_OURS=

say() { echo "stub-install: $*"; }

# progress WORDS: what a step has done so far.
progress() { say "$STEP_NAME: $* ($SECONDS s)"; }

# fail REASON: ends the install.
fail() {
  REASON=$*
  exit 1
}

# show: tells what would be done, "what: which" a line, and ends. Each part of the library that has something to tell has a
# function show_NAME.
show() {
  local part
  for part in $(compgen -A function show_); do "$part"; done
  exit 0
}

# run_steps NAME…: calls step_NAME for each, in order. What the user asked for is checked before the first.
run_steps() {
  STEP_COUNT=$#
  [ "${SHOW:-}" != 1 ] || show
  trap 'REASON=${REASON:-"\"$BASH_COMMAND\" ended with status $?"}' ERR
  trap end_install EXIT
  trap 'REASON="broken off by Ctrl-C"; exit 130' INT
  trap 'REASON="ended by a signal"; exit 143' TERM HUP
  check_settings
  local began
  for STEP_NAME in "$@"; do
    STEP_NUMBER=$((STEP_NUMBER + 1))
    began=$SECONDS
    say "step $STEP_NUMBER/$STEP_COUNT $STEP_NAME ($SECONDS s)"
    "step_$STEP_NAME"
    say "$STEP_NAME took $((SECONDS - began)) s"
  done
}

# Trap of EXIT: everything unmounted, then the verdict as the last line.
end_install() {
  local status=$?
  trap - EXIT ERR
  trap '' INT TERM HUP
  set +e
  end_processes
  [ "$status" -eq 0 ] || explain_full_disk
  if [ -n "$TARGET_IS_OURS" ] && mountpoint -q "$TARGET" && ! umount -R "$TARGET"; then
    say "$TARGET is still in use and stays mounted"
  fi
  close_luks
  [ "$status" -eq 0 ] || say "FAILED in step $STEP_NUMBER/$STEP_COUNT $STEP_NAME: ${REASON:-no reason known} (status $status)"
  exit "$status"
}

# Which program it was that found the disk full, and how it put it, is a puzzle for whoever reads the last line.
explain_full_disk() {
  local room
  [ -n "$TARGET_IS_OURS" ] && mountpoint -q "$TARGET" || return
  room=$(df -m --output=avail "$TARGET" | tail -n 1)
  [ "$room" -ge "$ROOM_MIB" ] || REASON="no space left on the new root, $((room)) MiB free: $REASON"
}

# What still runs in the new root, in the background or left behind by a package's script, would keep it mounted.
end_processes() {
  local root pids=()
  for root in /proc/[0-9]*/root; do
    [ "$root" -ef "$TARGET" ] && root=${root%/root} && pids+=("${root#/proc/}")
  done
  [ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}"
  wait
}

# write FILE [MODE]: stdin becomes FILE below the new root, with the folders above it.
write() {
  mkdir -p "$TARGET${1%/*}"
  cat > "$TARGET$1"
  chmod "${2:-644}" "$TARGET$1"
}

# mount_kernel_folders: what programs expect that run in the new root. Released by unmount_kernel_folders or at the end.
# Private, so that releasing them is never passed on to the folders they mirror.
mount_kernel_folders() {
  mount -t proc proc "$TARGET/proc"
  mount -t sysfs -o ro sysfs "$TARGET/sys"
  mount --bind --make-private /dev "$TARGET/dev"
  # What scripts leave there has no place on a disk.
  mount -t tmpfs -o mode=755 run "$TARGET/run"
}

unmount_kernel_folders() {
  umount "$TARGET/run" "$TARGET/dev" "$TARGET/sys" "$TARGET/proc"
}

# in_target COMMAND…: runs it in the new root, with an environment that does not depend on the stub's, but for the proxy.
in_target() {
  local proxy=() name
  for name in http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || proxy+=("$name=${!name}")
  done
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL="${TARGET_LC_ALL:-C.UTF-8}" DEBIAN_FRONTEND=noninteractive INITRD=No \
    ${proxy[@]+"${proxy[@]}"} chroot "$TARGET" "$@"
}
