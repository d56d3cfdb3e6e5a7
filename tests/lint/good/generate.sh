#!/usr/bin/env bash
# Makes ca.pem and chain.pem (for server.test, under an intermediate), which all stacks accept. They are kept in the
# repository so that the README can name them; run this only to replace them.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# issue NAME ISSUER EXTENSIONS: a certificate and its key; without an issuer, self-signed.
issue() {
  local name=$1 issuer=$2 extensions=$3
  local by=(-signkey "$work/$name.key")
  [ -z "$issuer" ] || by=(-CA "$work/$issuer.pem" -CAkey "$work/$issuer.key")
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$name.key"
  openssl req -new -key "$work/$name.key" -subj "/CN=$name" -out "$work/$name.csr"
  printf '%b\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n' "$extensions" > "$work/$name.ext"
  openssl x509 -req -sha256 -days 18250 -in "$work/$name.csr" -extfile "$work/$name.ext" "${by[@]}" \
    -set_serial "0x01$(openssl rand -hex 8)" -out "$work/$name.pem" 2> /dev/null
}

ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign'
issue root '' "$ca"
issue intermediate root "$ca"
issue server.test intermediate \
  'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:server.test'
cat "$work/server.test.pem" "$work/intermediate.pem" > chain.pem
cp "$work/root.pem" ca.pem
