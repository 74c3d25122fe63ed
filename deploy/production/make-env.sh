#!/bin/sh
# Prints an environment file for the gateway with fresh secrets.
#
#   sudo sh -c 'umask 077; deploy/production/make-env.sh api.yourdomain.com you@yourdomain.com > /etc/shin/shin.env'
#
# Then put the providers' keys into it. Run again it makes other secrets: keep the file that is in use, and a copy of it
# somewhere safe. Without SHIN_ENCRYPTION_KEY nobody reads the backups.
set -eu
if [ $# -ne 2 ]; then
  echo "usage: ${0##*/} NAME.OF.THE.GATEWAY E-MAIL-OF-THE-FIRST-ADMIN" >&2
  exit 2
fi
command -v openssl >/dev/null 2>&1 || { echo "${0##*/}: openssl is not installed" >&2; exit 3; }
secret() { openssl rand -hex 32; }
cat <<ENV
LITELLM_MASTER_KEY=sk-$(secret)
SHIN_ENCRYPTION_KEY=$(secret)
SHIN_AUDIT_KEY=$(secret)
NEXTAUTH_SECRET=$(secret)
NEXTAUTH_URL=https://$1
HOST=127.0.0.1
PORT=4000
# Debian's PostgreSQL speaks TLS as it is installed.
DATABASE_URL=postgresql://shin_app:$(openssl rand -hex 24)@127.0.0.1:5432/shin?sslmode=require
REDIS_URL=redis://127.0.0.1:6379
# The first admin of the console; its password stands in the file alone.
SHIN_ADMIN_EMAIL=$2
SHIN_ADMIN_PASSWORD_FILE=/etc/shin/admin-password
OPENAI_API_KEY=
ENV
