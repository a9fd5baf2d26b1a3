#!/usr/bin/env bash
# Writes the service that is measured, and the configuration to serve it with: one API that lets everyone in and has no
# policies, so that what is left is the gateway itself.
#
#   bench/service.sh GATEWAY_PORT BACKEND_PORT FOLDER      makes FOLDER/service and FOLDER/portico.yaml
set -euo pipefail
gateway_port=$1 backend_port=$2 folder=$3
api="$folder/service/apis/bench"
mkdir -p "$api"

cat >"$api/apiInformation.yaml" <<YAML
properties:
  displayName: Bench
  path: ""
  protocols: [http]
  serviceUrl: http://127.0.0.1:$backend_port
  subscriptionRequired: false
YAML

{
    cat <<'YAML'
openapi: 3.0.3
info: { title: Bench, version: "1" }
paths:
  /plain/*:
YAML
    for method in get post put patch delete head options; do
        cat <<YAML
    $method:
      operationId: plain-$method
      summary: Forward ${method^^} unchanged
      responses: { "200": { description: What the backend says. } }
YAML
    done
} >"$api/specification.yaml"

cat >"$folder/portico.yaml" <<YAML
gateway:
  listen: "127.0.0.1:$gateway_port"
threads: 1
YAML
