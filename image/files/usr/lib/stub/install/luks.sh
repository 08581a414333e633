# shellcheck shell=bash
# FS=luks: a LUKS2 volume on the whole disk. Its key comes from the machine, as a systemd credential, and is never written to
# a disk: at each start the boot plugin reads it again and hands it on to the initramfs of the new system (see kexec-lib.sh).

# Also the name of the device in /dev/mapper, here and in the new system.
LUKS_NAME=root
# As QEMU's fw_cfg has it, and as systemd has it, wherever it came from.
LUKS_KEYS='/sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials/stub.luks-key/raw /run/credentials/@system/stub.luks-key'
# Where the boot plugin lays it in the initramfs.
LUKS_KEY_IN_INITRAMFS=/etc/stub-luks-key

# Fewer bytes could be a passphrase, and make_luks counts on a key that nobody can guess.
LUKS_KEY_BYTES=32

find_luks_key() {
  [ -d /sys/firmware/qemu_fw_cfg ] || modprobe -q qemu_fw_cfg || true
  local key LUKS_FW_CFG=opt/io.systemd.credentials/stub.luks-key
  for key in ${LUKS_KEY:-$LUKS_KEYS}; do
    LUKS_KEY=$key
    [ ! -r "$key" ] || break
  done
  [ -r "$LUKS_KEY" ] || fail "FS=luks takes a key from the machine: start QEMU with -fw_cfg name=$LUKS_FW_CFG,file=KEY"
  local bytes
  bytes=$(wc -c < "$LUKS_KEY")
  [ "$bytes" -ge "$LUKS_KEY_BYTES" ] || fail "the key of the machine has $bytes bytes; at least $LUKS_KEY_BYTES random ones are needed"
}

# make_luks DISK: the volume, opened. The key is random and as long as the cipher's security: stretching it, which is there
# for what people can remember, would add nothing but seconds of emulation to each start. 1000 rounds are the least allowed.
make_luks() {
  modprobe -q dm_crypt || true
  local options=(--batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --sector-size 4096)
  cryptsetup luksFormat "${options[@]}" --key-file "$LUKS_KEY" "$1" || fail "no LUKS volume on $1: cryptsetup ended with status $?"
  LUKS_UUID=$(cryptsetup luksUUID "$1")
  cryptsetup open --key-file "$LUKS_KEY" "$1" "$LUKS_NAME" || fail "the new LUKS volume does not open: cryptsetup ended with status $?"
  LUKS_IS_OPEN=yes
}

close_luks() {
  [ -z "${LUKS_IS_OPEN:-}" ] || cryptsetup close "$LUKS_NAME"
}

# By a script that prints a file: the initramfs takes a key *file* only where it can copy it in, which must not be. One that is
# made by dracut has systemd in it, which reads the file and knows nothing of scripts.
CRYPTTAB_OPTIONS=luks,discard,initramfs,keyscript=/usr/bin/cat

write_crypttab() {
  write /etc/crypttab << END
# <name> <device> <key> <options>
$LUKS_NAME UUID=$LUKS_UUID $LUKS_KEY_IN_INITRAMFS $CRYPTTAB_OPTIONS
END
}
