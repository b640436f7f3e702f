#!/bin/sh
# gate.sh http://weir:8480 cluster/namespace/name ['minScore=8&for=5m'] [tries]
# Exit 0 pass, 1 fail, 2 usage, 3 unknown. Needs curl; WEIR_TOKEN holds the token where there is one.
[ $# -ge 2 ] || { echo "usage: $0 URL CLUSTER/NAMESPACE/NAME [QUERY] [TRIES]" >&2; exit 2; }
url="$1/api/v1/jobs/$2/gate?$3"
body=$(mktemp) || exit 2
trap 'rm -f "$body"' EXIT
n=0
while :; do
  # The header is read from standard input: arguments can be seen by others on the machine.
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$WEIR_TOKEN" |
    curl --config - --silent --show-error --max-time 10 --output "$body" --write-out '%{http_code}' "$url")
  n=$((n + 1))
  case $status in
    200) cat "$body"; exit 0 ;;
    412) cat "$body"; exit 1 ;;
    400 | 401 | 403) cat "$body" >&2; exit 2 ;;
  esac
  # 404: not known yet; 503: nothing is known yet; 000: nobody answers.
  [ "$n" -ge "${4:-60}" ] && { cat "$body"; exit 3; }
  sleep "${GATE_WAIT:-5}"
done
