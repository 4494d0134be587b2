#!/bin/sh
# Makes the certificates of this folder anew, with openssl.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

START=20200101000000Z
END=21200101000000Z
LEAF="keyUsage = digitalSignature
basicConstraints = CA:FALSE"
AUTHORITY="keyUsage = critical,keyCertSign
basicConstraints = critical,CA:TRUE"

# make NAME SUBJECT END EXTENSIONS SIGNER...
make() {
  name=$1 subject=$2 end=$3 extensions=$4
  shift 4
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.key"
  openssl req -new -key "$name.key" -subj "/CN=$subject" -out "$work/request"
  cat > "$work/settings" <<SETTINGS
[ca]
default_ca = signing
[signing]
database = $work/$name.index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = names
[names]
commonName = supplied
[extensions]
$extensions
SETTINGS
  : > "$work/$name.index"
  openssl ca -batch -notext -config "$work/settings" -extensions extensions \
    -startdate "$START" -enddate "$end" -in "$work/request" -out "$name.pem" "$@"
}

# authority NAME SUBJECT
authority() {
  make "$1" "$2" "$END" "$AUTHORITY" -selfsign -keyfile "$1.key"
  mv "$1.key" "$work"
}

# leaf NAME SUBJECT END USAGE NAMES
leaf() {
  make "$1" "$2" "$3" "$LEAF
extendedKeyUsage = $4
subjectAltName = $5" -cert authority.pem -keyfile "$work/authority.key"
}

local="DNS:localhost,IP:127.0.0.1,IP:::1"
authority authority "Test authority"
authority stranger "Another authority"
leaf server localhost "$END" serverAuth "$local"
leaf expired localhost 20200201000000Z serverAuth,clientAuth "$local"
leaf client alice "$END" clientAuth "DNS:alice.example"
