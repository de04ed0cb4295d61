#!/bin/sh
# secrets.sh [PUBLIC_URL]: makes the passwords of docker-compose.yml, once, each only in the files of those who need it.
# Files that exist are kept. Keep a copy of deploy/secrets in a safe: without SEEDBED_SECRET the stored identity
# numbers and bank accounts cannot be read again.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets
if [ -e app.env ]; then
  echo "deploy/secrets 已经有了，没有改动 (already there, nothing changed)"
  exit 0
fi
random() { od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n'; }
owner=$(random) web=$(random) valkey=$(random) s3=$(random)

cat >postgres.env <<END
POSTGRES_PASSWORD=$owner
WEB_PASSWORD=$web
END
# Only the one-off "migrate" owns the tables; web and work sign in as a role that cannot alter them.
echo "SEEDBED_DATABASE_URL=postgres://seedbed:$owner@postgres:5432/seedbed?sslmode=disable" >migrate.env
echo "VALKEY_PASSWORD=$valkey" >valkey.env
cat >minio.env <<END
MINIO_ROOT_USER=root-$(random | cut -c1-12)
MINIO_ROOT_PASSWORD=$(random)
END
cat >s3.env <<END
SEEDBED_S3_KEY=seedbed
SEEDBED_S3_SECRET=$s3
END
# Written last: its presence says that the others are whole.
cat >app.env.new <<END
SEEDBED_DATABASE_URL=postgres://seedbed_web:$web@postgres:5432/seedbed?sslmode=disable
SEEDBED_REDIS_URL=redis://:$valkey@valkey:6379/0
SEEDBED_SECRET=$(random)
SEEDBED_PUBLIC_URL=${1:-http://localhost:8080}
SEEDBED_SMS_URL=
SEEDBED_SMS_TOKEN=
END
mv app.env.new app.env
echo "写好了 deploy/secrets/*.env；短信网关填在 app.env 的 SEEDBED_SMS_URL (written; put the SMS gateway into app.env)"
