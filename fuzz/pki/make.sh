#!/bin/sh
# Makes the certificates that the fuzzers use, in DER. Needs OpenSSL 3. Their keys are thrown away: nothing signs with them.
# Corpora hold some of these bytes, so seed them anew afterwards (see ../README.md).
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# certificate NAME ISSUER EXTENSIONS..
certificate() {
    name=$1 issuer=$2
    shift 2
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$name.key"
    printf '%s\n' "$@" > "$work/$name.ext"
    openssl req -new -key "$work/$name.key" -subj "/CN=$name" -out "$work/$name.csr"
    if [ "$issuer" = "$name" ]; then
        set -- -signkey "$work/$name.key"
    else
        set -- -CA "$work/$issuer.pem" -CAkey "$work/$issuer.key" -CAcreateserial
    fi
    # Twenty years: the fuzzers judge at an instant of their own.
    openssl x509 -req -in "$work/$name.csr" -days 7300 -extfile "$work/$name.ext" "$@" -out "$work/$name.pem"
    openssl x509 -in "$work/$name.pem" -outform DER -out "$name.der"
}

ca='basicConstraints=critical,CA:TRUE'
sign='keyUsage=critical,keyCertSign,cRLSign'
certificate root root "$ca" "$sign"
certificate intermediate root "$ca" "$sign" 'nameConstraints=permitted;DNS:test'
certificate server.test intermediate 'subjectAltName=DNS:server.test' 'extendedKeyUsage=serverAuth'
certificate robot.test intermediate 'subjectAltName=DNS:robot.test,URI:spiffe://symbolon.test/robot' \
    'extendedKeyUsage=clientAuth'
