# shellcheck shell=bash
# Services of CentOS 6, which upstart starts, and what else it has in a place of its own.

SERVICES='network sshd messagebus avahi-daemon qemu-ga acpid'

write_llmnrd_service() {
  write /etc/init/llmnrd.conf << 'END'
description "Answers for the host name by LLMNR"
start on stopped rc RUNLEVEL=[2345]
stop on runlevel [!2345]
respawn
exec /usr/local/sbin/llmnrd -6
END
}

enable_services() {
  local service
  for service in $SERVICES; do
    in_target chkconfig "$service" on || fail "$service cannot be enabled: was it installed?"
  done
  # OpenSSH 5.3 knows no ed25519, which is what stub has.
  compgen -G "$TARGET/etc/ssh/ssh_host_rsa_key" > /dev/null ||
    say 'stub has no RSA host key, and this SSH server knows no other kind: it makes one when it is first started'
}

write_locale() {
  echo "LANG=\"$LOCALE\"" | write /etc/sysconfig/i18n
  echo "ZONE=\"$(cat "$TARGET/etc/timezone")\"" | write /etc/sysconfig/clock
  # Mounted by it and by nobody else
  cat >> "$TARGET/etc/fstab" << 'END'
tmpfs /dev/shm tmpfs defaults 0 0
devpts /dev/pts devpts gid=5,mode=620 0 0
sysfs /sys sysfs defaults 0 0
proc /proc proc defaults 0 0
END
}
