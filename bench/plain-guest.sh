# shellcheck shell=sh disable=SC2034,SC2154 # parts of the plain scripts: variables go to and fro
# A guest as a shell script would drive it, without any of stub-matrix. Needs qemu-system-x86_64, ssh and ssh-keygen (Debian's
# openssh-client), socat and bc. The caller has set: folder, image, kernel, initrd, accelerator and cpu as `-accel` and `-cpu`
# take them, key (the private key's file), disk.

# start_guest QEMU-OPTION…: sets qemu, began and log; the guest ends with the script.
start_guest() {
  log=$folder/console.log
  began=$(date +%s.%N)
  qemu-system-x86_64 -no-user-config -nodefaults -display none -machine q35 -accel "$accelerator" -cpu "$cpu" \
    -smp 2 -m 2048M \
    -kernel "$kernel" -initrd "$initrd" \
    -append 'root=/dev/vda ro console=ttyS0 net.ifnames=0 systemd.hostname=plain' \
    -drive "if=none,id=stub,format=raw,readonly=on,file=$image" -device virtio-blk-pci,drive=stub \
    -drive "if=none,id=data,format=qcow2,cache=unsafe,discard=unmap,file=$disk" \
    -device virtio-blk-pci,drive=data,serial=data \
    -netdev user,id=net,hostfwd=tcp:127.0.0.1:0-:22 -device virtio-net-pci,netdev=net,romfile= \
    -device virtio-serial-pci -chardev "socket,id=agent,path=$folder/agent,server=on,wait=off" \
    -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0 -device virtio-rng-pci \
    -chardev "socket,id=console,path=$folder/console,server=on,wait=off,logfile=$log" -serial chardev:console \
    -monitor "unix:$folder/monitor,server=on,wait=off" "$@" &
  qemu=$!
  trap 'kill "$qemu" 2> /dev/null || true; wait "$qemu" 2> /dev/null || true' EXIT
}

# await PATTERN TIMES: until it stands in so many lines of the console's log.
await() {
  until [ "$(grep -ca -- "$1" "$log" 2> /dev/null)" -ge "$2" ]; do
    kill -0 "$qemu"
    sleep 0.2
  done
}

# monitor LINE: says it to QEMU's monitor and prints the answer.
monitor() {
  echo "$1" | socat -t 1 - "UNIX-CONNECT:$folder/monitor"
}

# in_guest COMMAND: over SSH, as soon as it answers.
in_guest() {
  port=$(monitor 'info usernet' | sed -n 's/.*HOST_FORWARD\] *[0-9]* *127\.0\.0\.1 *\([0-9]*\) .*/\1/p')
  until ssh -q -i "$key" -p "$port" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 \
    -o BatchMode=yes root@127.0.0.1 "$1"; do
    kill -0 "$qemu"
    sleep 0.2
  done
}

# elapsed: seconds since the guest's start.
elapsed() {
  echo "$(date +%s.%N) - $began" | bc
}
