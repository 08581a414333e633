# shellcheck shell=bash
# Services of a system that systemd starts.

SERVICES='sshd NetworkManager qemu-guest-agent'

write_llmnrd_service() {
  write /etc/systemd/system/llmnrd.service << 'END'
[Unit]
Description=Answers for the host name by LLMNR
After=network.target

[Service]
ExecStart=/usr/local/sbin/llmnrd -6
Restart=on-failure

[Install]
WantedBy=multi-user.target
END
  SERVICES+=' llmnrd avahi-daemon'
}

enable_services() {
  local service key
  for service in $SERVICES; do
    systemctl -q --root="$TARGET" enable "$service.service" || fail "$service cannot be enabled: was it installed?"
  done
  # sshd would be given a key of each type that the stub has none of: seconds of emulation, for nobody.
  for key in rsa ecdsa ed25519; do
    [ -e "$TARGET/etc/ssh/ssh_host_${key}_key" ] || systemctl -q --root="$TARGET" mask "sshd-keygen@$key.service"
  done
}

write_locale() {
  echo "LANG=$LOCALE" | write /etc/locale.conf
}
