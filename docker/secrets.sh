#!/bin/sh
# Makes the passwords and keys that compose.yaml reads, in secrets/ beside it; what is there already stays.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets

password() { # 48 hexadecimal digits: they need no escaping in an address
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

keep() { # name, value; containers run as another user and must be able to read it: the folder keeps others out
    if [ ! -e "$1" ]; then
        printf '%s' "$2" > "$1"
        chmod 444 "$1"
    fi
}

keep postgres_password "$(password)"
keep redis_password "$(password)"
keep secret_key "$(password)$(password)"
keep field_keys "k$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n'):$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
keep database_url "postgres://portal:$(cat postgres_password)@postgres:5432/portal"
keep redis_url "redis://:$(cat redis_password)@redis:6379/0"
echo "secrets/ is complete but for tls_certificate and tls_key. Keep a copy of secrets/field_keys elsewhere."
