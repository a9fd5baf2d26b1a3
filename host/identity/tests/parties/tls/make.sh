#!/bin/sh
# Makes keys and certificates of the tests anew: an authority, a server at `localhost` that it vouches for, and a client that signs. They
# are good for nothing else.
set -eu
cd "$(dirname "$0")"
openssl ecparam -name prime256v1 -genkey -noout -out authority.key
openssl req -x509 -new -key authority.key -days 36500 -subj "/CN=Portico test authority" -out authority.pem
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out localhost.key
printf 'subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n' > extensions
openssl req -new -key localhost.key -subj "/CN=localhost" |
    openssl x509 -req -CA authority.pem -CAkey authority.key -CAcreateserial -days 36500 -extfile extensions -out localhost.pem
rm -f authority.key authority.srl extensions
openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out client.key
openssl req -x509 -new -key client.key -days 36500 -subj "/CN=Portico test client" -out client.pem
