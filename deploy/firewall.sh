#!/bin/sh
# Closes the gateway's port to everybody but the networks that you name. iptables and nftables leave other ports as they
# are; ufw, once it is on, closes every port that it has no rule for: allow 80 and 443 first where nginx serves.
#
#   sudo deploy/firewall.sh ufw|iptables|nftables --allow CIDR [--allow CIDR ...] [--port N] [--dry-run]
#   sudo deploy/firewall.sh ufw|iptables|nftables --undo [--port N] [--dry-run]
#
#   --allow CIDR   10.0.0.0/8, 192.0.2.7, 2001:db8::/32; this machine itself is always allowed
#   --port N       the gateway's port (default 4000)
#   --dry-run      print the commands, run none
#   --undo         take away what this script made
#
# Run again it puts the same rules in place, with what you name now. SSH is safe: iptables and nftables rules name the
# gateway's port alone; before ufw is turned on it is given the SSH ports (of this session and of sshd_config).
# iptables and ip6tables rules last until the next boot: save them with iptables-persistent.
# Exit codes: 0 done, 1 a command failed, 2 wrong usage, 3 the program is not installed.
set -eu

me=${0##*/}
chain=SHIN_GATEWAY
table=shin_gateway
port=4000
dry=no
undo=no
kind=
networks=

say() { printf '%s\n' "$*"; }
fail() { code=$1; shift; printf '%s: %s\n' "$me" "$*" >&2; exit "$code"; }
usage() { sed -n '5,6s/^# *//p' "$0" >&2; fail 2 "$*"; }

# Prints a command; runs it unless this is a dry run.
run() {
  say "+ $*"
  [ "$dry" = yes ] || "$@" || fail 1 "the command above failed; what came before it is in force"
}

# As run, for what may be absent: its failure is no fault.
try() {
  say "+ $*  (if there)"
  [ "$dry" = yes ] || "$@" 2>/dev/null || true
}

# Prints rules and the command that reads them; runs it unless this is a dry run.
feed() {
  text=$1
  shift
  say "+ $* <<RULES"
  say "$text"
  say "RULES"
  [ "$dry" = yes ] || printf '%s\n' "$text" | "$@" || fail 1 "$1 refused the rules; they are as they were"
}

is_v6() { case $1 in *:*) return 0 ;; *) return 1 ;; esac; }

check_network() {
  case $1 in
    *[!0-9a-fA-F.:/]*) usage "\"$1\" is not a network: write 10.0.0.0/8 or 2001:db8::/32" ;;
    */*/*) usage "\"$1\" has two slashes" ;;
  esac
  address=${1%/*}
  bits=
  case $1 in */*) bits=${1#*/} ;; esac
  if is_v6 "$1"; then most=128; else
    most=32
    printf '%s\n' "$address" | grep -Eq '^([0-9]{1,3}\.){3}[0-9]{1,3}$' || usage "\"$1\" is not a network: write 10.0.0.0/8"
    for part in $(printf '%s' "$address" | tr . ' '); do [ "$part" -le 255 ] || usage "\"$1\": $part is above 255"; done
  fi
  if [ -n "$bits" ] || [ "$1" != "$address" ]; then
    case $bits in ''|*[!0-9]*) usage "\"$1\": the part after the slash is not a number" ;; esac
    [ "$bits" -le "$most" ] || usage "\"$1\": /$bits is above /$most"
    [ "$bits" -gt 0 ] || usage "\"$1\" is everybody: then no rule is needed"
  fi
}

need() {
  [ "$dry" = yes ] && return 0
  command -v "$1" >/dev/null 2>&1 || fail 3 "$1 is not installed. Install it (sudo apt install $2), or choose another of ufw, iptables, nftables."
  [ "$(id -u)" = 0 ] || fail 1 "rules can only be set by root: put sudo in front"
}

# Ports that SSH comes in by: this session's, those of sshd_config, and 22.
ssh_ports() {
  {
    say 22
    [ -z "${SSH_CONNECTION:-}" ] || say "${SSH_CONNECTION##* }"
    cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null | sed -n 's/^[[:space:]]*[Pp]ort[[:space:]][[:space:]]*\([0-9][0-9]*\).*/\1/p'
  } | sort -un
}

with_ufw() {
  need ufw ufw
  if [ "$undo" = yes ]; then
    remove_ufw allow
    remove_ufw deny
    say "ufw itself stays on; sudo ufw disable turns it off."
    return
  fi
  # ufw keeps one rule for one port: with a rule of yours in its place ours would be left out, or come in the wrong order.
  [ "$dry" = yes ] || theirs=$(ufw_rules | grep -v "comment '$table'" | grep -E "[ :]$port(/tcp)?( |\$)" || true)
  [ -z "${theirs:-}" ] || fail 1 "ufw has rules for port $port that are not this script's. Take them away first:
$(printf '%s\n' "$theirs" | sed "s/^ufw /  sudo ufw delete /; s/ comment '.*//")"
  active=no
  [ "$dry" = yes ] || ! ufw status | grep -q "Status: active" || active=yes
  # While ufw is on, SSH comes in as you have arranged it: nothing of that is made wider.
  [ "$active" = yes ] || for ssh in $(ssh_ports); do allow_ssh "$ssh"; done
  # Networks of an earlier run go; its "deny" stays throughout, so the port is never open to all in between.
  remove_ufw allow
  # In front of whatever else there is: the networks come in above the "deny".
  run ufw prepend deny "$port/tcp" comment "$table"
  for network in $networks; do
    run ufw prepend allow from "$network" to any port "$port" proto tcp comment "$table"
  done
  if [ "$active" = no ]; then
    say "ufw is turned on: from now on every port without a rule is closed (sudo ufw allow 443/tcp opens one)."
    run ufw --force enable
  fi
}

# A rule of yours that lets everybody try (a limit among them) is left as it is.
allow_ssh() {
  if [ "$dry" = no ] && ufw_rules | grep -Eq "^ufw (allow|limit) $1(/tcp)?( |\$)"; then return; fi
  run ufw allow "$1/tcp" comment "ssh"
}

# The rules as ufw would be told them, one a line; also while it is off.
ufw_rules() { ufw show added | grep '^ufw '; }

# $1: allow or deny. The script's own rules of that kind for the port.
remove_ufw() {
  if [ "$dry" = yes ]; then
    say "+ ufw --force delete $1 ...  (each rule with the comment $table for port $port)"
    return
  fi
  ufw_rules | grep "^ufw $1 .* comment '$table'\$" | grep -E " $port(/tcp)? " | sed "s/^ufw //; s/ comment '.*//" | while read -r rule; do
    # shellcheck disable=SC2086 # the words of the rule are ufw's own
    run ufw --force delete $rule
  done
}

with_iptables() {
  for program in iptables ip6tables; do
    need "$program" iptables
    # The jump goes first, so that the chain is out of use while it changes.
    if [ "$undo" = yes ]; then
      try "$program" -w -D INPUT -p tcp --dport "$port" -j "$chain"
      try "$program" -w -F "$chain"
      try "$program" -w -X "$chain"
      continue
    fi
    rules="*filter
:$chain - [0:0]
-A $chain -i lo -j ACCEPT"
    for network in $networks; do
      if is_v6 "$network"; then wanted=ip6tables; else wanted=iptables; fi
      [ "$wanted" != "$program" ] || rules="$rules
-A $chain -s $network -j ACCEPT"
    done
    rules="$rules
-A $chain -j DROP
COMMIT"
    # The whole chain at once: there is no moment in which it is half filled.
    feed "$rules" "$program-restore" -w --noflush
    if [ "$dry" = no ] && "$program" -w -C INPUT -p tcp --dport "$port" -j "$chain" 2>/dev/null; then
      say "The rule that leads port $port to $chain is there already."
    else
      run "$program" -w -I INPUT 1 -p tcp --dport "$port" -j "$chain"
    fi
  done
}

with_nftables() {
  need nft nftables
  if [ "$undo" = yes ]; then
    try nft delete table inet "$table"
    return
  fi
  v4=
  v6=
  for network in $networks; do
    if is_v6 "$network"; then v6="$v6${v6:+, }$network"; else v4="$v4${v4:+, }$network"; fi
  done
  # One transaction: the old table goes and the new one comes at the same moment.
  rules="table inet $table
delete table inet $table
table inet $table {
  chain input {
    type filter hook input priority -10; policy accept;
    tcp dport != $port accept
    iifname \"lo\" accept${v4:+
    ip saddr { $v4 \} accept}${v6:+
    ip6 saddr { $v6 \} accept}
    drop
  }
}"
  feed "$rules" nft -f -
  say "Until the next boot: nft list table inet $table >> /etc/nftables.conf makes it last."
}

[ $# -gt 0 ] || usage "name one of ufw, iptables, nftables"
kind=$1
shift
while [ $# -gt 0 ]; do
  case $1 in
    --allow) [ $# -gt 1 ] || usage "--allow needs a network"; check_network "$2"; networks="$networks $2"; shift 2 ;;
    --port)
      [ $# -gt 1 ] || usage "--port needs a number"
      case $2 in ''|*[!0-9]*) usage "\"$2\" is not a port" ;; esac
      [ "$2" -ge 1 ] && [ "$2" -le 65535 ] || usage "$2 is not a port"
      port=$2
      shift 2
      ;;
    --dry-run) dry=yes; shift ;;
    --undo) undo=yes; shift ;;
    *) usage "$1 is not known" ;;
  esac
done
for ssh in $(ssh_ports); do
  [ "$ssh" != "$port" ] || fail 2 "port $port is SSH's: closing it would lock you out"
done
[ "$undo" = yes ] || [ -n "$networks" ] || usage "name who may come in: --allow 10.0.0.0/8"

if [ "$undo" = yes ]; then say "Opens port $port again ($kind)."; else say "Port $port: this machine and$networks; nobody else ($kind)."; fi
case $kind in
  ufw) with_ufw ;;
  iptables) with_iptables ;;
  nftables | nft) with_nftables ;;
  *) usage "\"$kind\" is not one of ufw, iptables, nftables" ;;
esac
if [ "$dry" = yes ]; then say "Nothing was changed (--dry-run)."; else say "Done."; fi
