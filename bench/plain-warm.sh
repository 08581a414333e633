#!/bin/sh
# Boots an installed disk as a shell script would, in a layer on top of it: login prompt, SSH, a reboot, the login prompt
# again, the power button. Prints the seconds from QEMU's start to its end.
#
#   plain-warm.sh FOLDER IMAGE KERNEL INITRD ACCELERATOR CPU KEY INSTALLED-DISK
set -eu
# shellcheck source=plain-guest.sh
. "$(dirname "$0")/plain-guest.sh"

folder=$1 image=$2 kernel=$3 initrd=$4 accelerator=$5 cpu=$6 key=$7 installed=$8
mkdir -m 0700 "$folder"
disk=$folder/disk.qcow2
qemu-img create -q -f qcow2 -b "$installed" -F qcow2 "$disk"

# shellcheck disable=SC2119 # no options of its own
start_guest
await 'plain login: ' 1
in_guest true
in_guest 'systemctl reboot'
await 'plain login: ' 2
monitor system_powerdown > /dev/null
# On a busy host the login prompt is there before whoever listens to the button.
while sleep 10; do monitor system_powerdown; done > /dev/null &
presser=$!
wait "$qemu"
kill "$presser" 2> /dev/null || true
elapsed
