#!/bin/sh
# Makes the chains and keys of this folder. See SOURCE.md.
set -eu
cd "$(dirname "$0")"
rm -f ./*.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/x509.cnf" <<'CNF'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:server.test
CNF

key() { # name, options of genpkey
    name=$1
    shift
    openssl genpkey -out "$work/$name.key" "$@" 2> "$work/log" || { cat "$work/log"; exit 1; }
}

# chain NAME KEY-OF-THE-ROOT KEY-OF-THE-LEAF EXTENSIONS-OF-THE-LEAF options of the leaf's signature
chain() {
    name=$1 root=$2 leaf=$3 extensions=$4
    shift 4
    days="-days 36500"
    if [ ! -e "$work/$root.crt" ]; then
        openssl req -x509 -config "$work/x509.cnf" -extensions root -key "$work/$root.key" -subj "/CN=Root $root" \
            $days -out "$work/$root.crt"
    fi
    openssl req -new -config "$work/x509.cnf" -key "$work/$leaf.key" -subj "/CN=leaf of $name" -out "$work/leaf.csr"
    extfile="-extfile $work/x509.cnf -extensions $extensions"
    [ "$extensions" != none ] || extfile=
    openssl x509 -req -in "$work/leaf.csr" -CA "$work/$root.crt" -CAkey "$work/$root.key" $extfile $days "$@" \
        -out "$work/leaf.crt" 2> "$work/log" || { cat "$work/log"; exit 1; }
    cat "$work/leaf.crt" "$work/$root.crt" > "chain-$name.pem"
}

pss="-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen"
key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
key rsa1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
key p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
key ed25519 -algorithm ED25519
openssl ec -in "$work/p256.key" -conv_form compressed -out "$work/compressed.key" 2> /dev/null

for hash in sha256 sha384 sha512; do
    chain "rsa-pkcs1-$hash" rsa p256 leaf -$hash
    chain "rsa-pss-$hash" rsa p256 leaf -$hash $pss:digest
done
for curve in p256 p384; do
    for hash in sha256 sha384; do
        chain "ecdsa-$curve-$hash" $curve p256 leaf -$hash
    done
done
chain ed25519 ed25519 ed25519 leaf
chain leaf-rsa p256 rsa leaf
chain leaf-p384 p256 p384 leaf

chain refused-rsa-sha1 rsa p256 leaf -sha1
chain refused-rsa-md5 rsa p256 leaf -md5
chain refused-rsa-pss-salt-20 rsa p256 leaf -sha256 $pss:20
chain refused-ecdsa-p256-sha512 p256 p256 leaf -sha512
chain refused-ecdsa-p521 p521 p256 leaf -sha512
chain refused-root-rsa-1024 rsa1024 p256 leaf
chain refused-leaf-rsa-1024 p256 rsa1024 leaf
chain refused-leaf-p521 p256 p521 leaf
chain refused-leaf-compressed p256 compressed leaf
chain refused-v1 p256 p256 none

for name in rsa p256 p384 ed25519; do
    cp "$work/$name.key" "key-$name-pkcs8.pem"
done
openssl rsa -in "$work/rsa.key" -traditional -out key-rsa-pkcs1.pem 2> /dev/null
openssl ec -in "$work/p256.key" -out key-p256-sec1.pem 2> /dev/null
{ openssl ecparam -name P-256; cat key-p256-sec1.pem; } > key-p256-parameters-sec1.pem
openssl ec -in "$work/p256.key" -no_public -out key-p256-sec1-no-public.pem 2> /dev/null
openssl pkcs8 -topk8 -nocrypt -in key-p256-sec1-no-public.pem -out key-p256-pkcs8-no-public.pem
openssl pkcs8 -topk8 -in "$work/p256.key" -passout pass:secret -out key-p256-encrypted-pkcs8.pem
openssl ec -in "$work/p256.key" -aes128 -passout pass:secret -out key-p256-encrypted-sec1.pem 2> /dev/null
