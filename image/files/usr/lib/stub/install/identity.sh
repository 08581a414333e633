# shellcheck shell=bash
# What the installed system takes over from the stub it is installed from: name, time zone, SSH keys. The same for every
# distribution.

write_host_name() {
  local name
  name=$(uname -n)
  echo "$name" | write /etc/hostname
  write /etc/hosts << END
127.0.0.1 localhost
127.0.1.1 $name
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
END
}

write_time_zone() {
  local link zone=UTC
  link=$(readlink /etc/localtime || true)
  case $link in */zoneinfo/*) zone=${link#*/zoneinfo/} ;; esac
  if [ ! -e "$TARGET/usr/share/zoneinfo/$zone" ]; then
    say "time zone $zone is unknown to the new system, which takes UTC"
    zone=UTC
  fi
  ln -sfn "../usr/share/zoneinfo/$zone" "$TARGET/etc/localtime"
  echo "$zone" | write /etc/timezone
}

write_machine_id() {
  # That of D-Bus, too: it would become the other's.
  rm -f "$TARGET/etc/machine-id" "$TARGET/var/lib/dbus/machine-id"
  systemd-machine-id-setup --root="$TARGET" > /dev/null
}

# Root logs in without a password where sshd is not asked: sshd refuses empty ones by default.
empty_root_password() {
  sed -i 's/^root:[^:]*:/root::/' "$TARGET/etc/shadow"
}

# Laid before the packages, so that the SSH server's own script finds keys and spends no time on making others: of a type
# that the stub has none of, an empty file stands in until drop_empty_host_keys.
write_ssh_host_keys() {
  local key
  if ! compgen -G '/etc/ssh/ssh_host_*_key' > /dev/null; then
    say 'stub has no SSH host keys; the new system makes its own'
    return
  fi
  for key in /etc/ssh/ssh_host_{rsa,ecdsa,ed25519}_key; do
    if [ -e "$key" ]; then
      install -D -m 600 "$key" "$TARGET$key"
      install -m 644 "$key.pub" "$TARGET$key.pub"
    else
      install -D -m 600 /dev/null "$TARGET$key"
    fi
  done
}

drop_empty_host_keys() {
  find "$TARGET/etc/ssh" -name 'ssh_host_*' -empty -delete
}

write_authorized_keys() {
  if [ ! -s /root/.ssh/authorized_keys ]; then
    say 'stub has no /root/.ssh/authorized_keys; nobody will get in by SSH'
    return
  fi
  install -d -m 700 "$TARGET/root/.ssh"
  install -m 600 /root/.ssh/authorized_keys "$TARGET/root/.ssh/authorized_keys"
}
