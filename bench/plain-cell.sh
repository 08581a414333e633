#!/bin/sh
# The steps of a cell as a shell script would do them, without any of stub-matrix: boot stub, type the installer, let it
# reboot, log in over SSH. Prints the seconds from QEMU's start to the first answer over SSH.
#
#   plain-cell.sh FOLDER IMAGE KERNEL INITRD ACCELERATOR CPU 'INSTALLER LINE'
#
# ACCELERATOR and CPU are what `-accel` and `-cpu` take. Needs qemu-system-x86_64 and qemu-img, ssh and ssh-keygen (Debian's
# openssh-client), socat and bc.
set -eu

folder=$1 image=$2 kernel=$3 initrd=$4 accelerator=$5 cpu=$6 installer=$7
mkdir -m 0700 "$folder"
log=$folder/console.log
ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
qemu-img create -q -f qcow2 "$folder/disk.qcow2" 20G
began=$(date +%s.%N)

qemu-system-x86_64 -no-user-config -nodefaults -display none -machine q35 -accel "$accelerator" -cpu "$cpu" \
  -smp 2 -m 2048M \
  -kernel "$kernel" -initrd "$initrd" \
  -append 'root=/dev/vda ro console=ttyS0 net.ifnames=0 systemd.hostname=plain' \
  -fw_cfg "name=opt/io.systemd.credentials/ssh.authorized_keys.root,file=$folder/key.pub" \
  -drive "if=none,id=stub,format=raw,readonly=on,file=$image" -device virtio-blk-pci,drive=stub \
  -drive "if=none,id=data,format=qcow2,cache=unsafe,discard=unmap,file=$folder/disk.qcow2" \
  -device virtio-blk-pci,drive=data,serial=data \
  -netdev user,id=net,hostfwd=tcp:127.0.0.1:0-:22 -device virtio-net-pci,netdev=net,romfile= \
  -device virtio-serial-pci -chardev "socket,id=agent,path=$folder/agent,server=on,wait=off" \
  -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0 -device virtio-rng-pci \
  -chardev "socket,id=console,path=$folder/console,server=on,wait=off,logfile=$log" -serial chardev:console \
  -monitor "unix:$folder/monitor,server=on,wait=off" &
qemu=$!
trap 'kill "$qemu" 2> /dev/null; wait "$qemu" 2> /dev/null || true' EXIT

# await PATTERN: until it stands in the console's log.
await() {
  until grep -qa -- "$1" "$log" 2> /dev/null; do
    kill -0 "$qemu"
    sleep 0.2
  done
}

await 'root@plain:~#'
printf '%s\n' "$installer" | socat -t 2 - "UNIX-CONNECT:$folder/console" > /dev/null
await 'is installed, after'
await 'plain login: $'
port=$(echo 'info usernet' | socat -t 1 - "UNIX-CONNECT:$folder/monitor" | sed -n 's/.*HOST_FORWARD\] *[0-9]* *127\.0\.0\.1 *\([0-9]*\) .*/\1/p')
until ssh -q -i "$folder/key" -p "$port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 \
  -o BatchMode=yes root@127.0.0.1 true; do
  kill -0 "$qemu"
  sleep 0.2
done
echo "$(date +%s.%N) - $began" | bc
