#!/bin/sh
# Runs once, when the database is made. The web server and the worker sign in as seedbed_web, which owns nothing: the
# ledger and the audit trail cannot be altered through them, whatever statement reaches the server.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$WEB_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'END'
create role seedbed_app nologin;
create role seedbed_web login noinherit password :'password' in role seedbed_app;
revoke create on schema public from public;
END
