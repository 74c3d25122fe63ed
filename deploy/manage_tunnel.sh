#!/bin/sh
# A Cloudflare Tunnel to the gateway: a public HTTPS address without an open port.
#
#   deploy/manage_tunnel.sh start|stop|status|url
#
# Without settings a quick tunnel: a random name under trycloudflare.com, new at every start, for trying things out.
# With TUNNEL_TOKEN (from the Cloudflare dashboard) or SHIN_TUNNEL (from `cloudflared tunnel create`) a tunnel of yours;
# then SHIN_PUBLIC_URL says which address it has.
#
#   SHIN_URL     the gateway (http://127.0.0.1:4000)
#   SHIN_TUNNEL_DIR   where the process id and the log are kept (./.data/tunnel)
#
# Exit codes: 0 done, 1 it failed or does not run, 2 wrong usage, 3 cloudflared is not installed.
set -eu

me=${0##*/}
gateway=${SHIN_URL:-http://127.0.0.1:${PORT:-4000}}
dir=${SHIN_TUNNEL_DIR:-.data/tunnel}
pid_file=$dir/pid
log=$dir/log

fail() { code=$1; shift; printf '%s: %s\n' "$me" "$*" >&2; exit "$code"; }

# The id of the running tunnel; fails when there is none, also when the id belongs to another program by now.
running() {
  [ -r "$pid_file" ] || return 1
  pid=$(cat "$pid_file")
  case $pid in ''|*[!0-9]*) return 1 ;; esac
  kill -0 "$pid" 2>/dev/null || return 1
  ps -p "$pid" -o args= | grep -q '[c]loudflared' || return 1
  printf '%s\n' "$pid"
}

# Which kind of tunnel was started, and the address of one of yours: later commands may come without the settings.
quick() { [ "$(cat "$dir/kind" 2>/dev/null)" = quick ]; }

address() {
  if quick; then sed -n 's/.*\(https:\/\/[a-z0-9-]*\.trycloudflare\.com\).*/\1/p' "$log" 2>/dev/null | tail -n 1
  else printf '%s\n' "${SHIN_PUBLIC_URL:-$(sed -n 's/^named //p' "$dir/kind" 2>/dev/null)}"; fi
}

connected() { grep -q 'Registered tunnel connection' "$log" 2>/dev/null && { ! quick || [ -n "$(address)" ]; }; }

start() {
  if pid=$(running); then
    printf 'The tunnel runs already (pid %s).\n' "$pid"
    url
    return
  fi
  command -v cloudflared >/dev/null 2>&1 || fail 3 "cloudflared is not installed. Get it from https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads/ or, with Cloudflare's repository set up: sudo apt install cloudflared."
  command -v curl >/dev/null 2>&1 || fail 3 "curl is not installed: sudo apt install curl."
  curl -fsS -m 5 -o /dev/null "$gateway/health" 2>/dev/null || fail 1 "no gateway answers at $gateway: start it first (npm start), or name it with SHIN_URL."
  umask 077
  mkdir -p "$dir"
  : >"$log"
  if [ -z "${TUNNEL_TOKEN:-}${SHIN_TUNNEL:-}" ]; then printf 'quick\n'; else printf 'named %s\n' "${SHIN_PUBLIC_URL:-}"; fi >"$dir/kind"
  # The token goes by the environment: in the command line every user of this machine could read it.
  if [ -n "${TUNNEL_TOKEN:-}" ]; then
    export TUNNEL_TOKEN
    nohup cloudflared tunnel --no-autoupdate run >>"$log" 2>&1 </dev/null &
  elif [ -n "${SHIN_TUNNEL:-}" ]; then
    nohup cloudflared tunnel --no-autoupdate --url "$gateway" run "$SHIN_TUNNEL" >>"$log" 2>&1 </dev/null &
  else
    nohup cloudflared tunnel --no-autoupdate --url "$gateway" >>"$log" 2>&1 </dev/null &
  fi
  printf '%s\n' "$!" >"$pid_file"
  waited=0
  until connected; do
    running >/dev/null || { tail -n 5 "$log" >&2; rm -f "$pid_file"; fail 1 "cloudflared ended at once; its last words stand above, all of them in $log."; }
    [ "$waited" -lt "${SHIN_TUNNEL_WAIT_SECONDS:-30}" ] || { stop >/dev/null; fail 1 "no connection to Cloudflare within ${SHIN_TUNNEL_WAIT_SECONDS:-30} s: outgoing port 7844 (TCP and UDP) must be open. Its log is $log."; }
    sleep 1
    waited=$((waited + 1))
  done
  printf 'The tunnel runs (pid %s).\n' "$(cat "$pid_file")"
  url
  printf 'Whoever knows the address reaches the gateway: keys alone protect it. Set trusted_proxies: ["127.0.0.1", "::1"].\n'
}

stop() {
  pid=$(running) || { rm -f "$pid_file"; printf 'No tunnel runs.\n'; return; }
  kill "$pid"
  waited=0
  while kill -0 "$pid" 2>/dev/null; do
    [ "$waited" -lt 35 ] || { kill -9 "$pid"; break; }
    sleep 1
    waited=$((waited + 1))
  done
  rm -f "$pid_file"
  printf 'The tunnel is stopped.\n'
}

status() {
  pid=$(running) || { printf 'No tunnel runs.\n'; exit 1; }
  if connected; then printf 'The tunnel runs (pid %s) and is connected.\n' "$pid"
  else printf 'cloudflared runs (pid %s) and is not connected; see %s.\n' "$pid" "$log"; exit 1; fi
}

url() {
  running >/dev/null || fail 1 "no tunnel runs: $me start"
  found=$(address)
  [ -n "$found" ] || fail 1 "the address of a tunnel of yours stands in the Cloudflare dashboard; put it into SHIN_PUBLIC_URL to see it here."
  printf '%s\n' "$found"
}

case ${1:-} in
  start | stop | status | url) "$1" ;;
  *) printf 'usage: %s start|stop|status|url\n' "$me" >&2; exit 2 ;;
esac
