#!/bin/sh
# The steps of a cell as a shell script would do them: boot stub, type the installer, let it reboot, log in over SSH. Prints
# the seconds from QEMU's start to the first answer over SSH.
#
#   plain-cell.sh FOLDER IMAGE KERNEL INITRD ACCELERATOR CPU 'INSTALLER LINE'
set -eu
# shellcheck source=plain-guest.sh
. "$(dirname "$0")/plain-guest.sh"

folder=$1 image=$2 kernel=$3 initrd=$4 accelerator=$5 cpu=$6 installer=$7
mkdir -m 0700 "$folder"
key=$folder/key disk=$folder/disk.qcow2
ssh-keygen -q -t ed25519 -N '' -f "$key"
qemu-img create -q -f qcow2 "$disk" 20G

start_guest -fw_cfg "name=opt/io.systemd.credentials/ssh.authorized_keys.root,file=$key.pub"
await 'root@plain:~#' 1
printf '%s\n' "$installer" | socat -t 2 - "UNIX-CONNECT:$folder/console" > /dev/null
await 'is installed, after' 1
await 'plain login: $' 1
in_guest true
elapsed
