#!/bin/bash
# healthy [HOST:PORT]: succeeds if /readyz answers 200. Plain bash, so the image needs no HTTP client.
set -eu
address=${1:-127.0.0.1:8080}
exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
