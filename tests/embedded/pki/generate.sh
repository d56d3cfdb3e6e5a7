#!/usr/bin/env bash
# Makes the certificates and keys of the images, all of P-256: root -> intermediate -> server, and root -> client; and those of
# peers to be refused: a server of another name, and a client of the right name under another root. They are kept in the
# repository so that the figures do not change from run to run; run this only to replace them.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# issue NAME ISSUER EXTENSIONS: a certificate in DER, and its key in PEM; without an issuer, self-signed.
issue() {
  local name=$1 issuer=$2 extensions=$3
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$name.key"
  openssl req -new -key "$work/$name.key" -subj "/O=Works/CN=$name" -out "$work/$name.csr"
  printf '%b' "$extensions" > "$work/$name.ext"
  local by=(-signkey "$work/$name.key")
  [ -z "$issuer" ] || by=(-CA "$work/$issuer.pem" -CAkey "$work/$issuer.key")
  openssl x509 -req -sha256 -days 18250 -in "$work/$name.csr" -extfile "$work/$name.ext" "${by[@]}" \
    -set_serial "0x$(openssl rand -hex 8)" -out "$work/$name.pem" 2> /dev/null
}

# raw NAME: the certificate in DER, and the number that is the key.
raw() {
  openssl x509 -in "$work/$1.pem" -outform DER -out "$1.der"
  openssl ec -in "$work/$1.key" -outform DER 2> /dev/null | dd bs=1 skip=7 count=32 of="$1.key" 2> /dev/null
}

ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n'
issue root '' "$ca"
issue intermediate root "$ca"
issue server intermediate 'subjectAltName=DNS:server.test\nextendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n'
client='subjectAltName=DNS:client.test\nextendedKeyUsage=clientAuth\nkeyUsage=critical,digitalSignature\n'
issue client root "$client"
issue other intermediate 'subjectAltName=DNS:other.test\nextendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n'
issue another-root '' "$ca"
issue stranger another-root "$client"

raw server
raw client
openssl x509 -in "$work/intermediate.pem" -outform DER -out intermediate.der
# What an anchor is: the subject (a whole Name) and the SubjectPublicKeyInfo of the root.
openssl x509 -in "$work/root.pem" -noout -pubkey | openssl pkey -pubin -outform DER -out root.spki
openssl req -in "$work/root.csr" -outform DER -out "$work/root.csr.der"
offset=$(openssl asn1parse -inform DER -in "$work/root.csr.der" | awk -F: '/d=2/ && /SEQUENCE/ { print $1; exit }')
openssl asn1parse -inform DER -in "$work/root.csr.der" -strparse "$offset" -noout -out root.subject
# For the peer.
cp "$work/root.pem" "$work/intermediate.pem" .
for name in server client other stranger; do cat "$work/$name.pem" "$work/$name.key" > "$name.pem"; done
