//! What a site has around its pages: languages, search, Markdown twins, building again, compressed copies.

mod common;

use common::{definition, files_of, folder, page, site, write_files};
use portal_gen::{Options, Rendered};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

fn portal_gen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portal-gen")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A definition whose own texts have no Latin letters, so that what has some is the portal's.
fn wordless() -> String {
    let paths = r##"{ "/1": { "put": { "operationId": "1", "summary": "α", "description": "β", "deprecated": true, "tags": ["τ"],
        "security": [{ "1": ["2"] }, { "3": [] }, {}],
        "parameters": [ { "name": "1", "in": "query", "required": true, "description": "γ", "schema": { "type": "array", "items": { "type": "string", "enum": ["1", "2"] } } },
            { "name": "2", "in": "cookie", "deprecated": true, "schema": { "type": ["integer", "null"], "minimum": 1, "maximum": 9, "multipleOf": 3, "default": 3, "example": 6 } },
            { "name": "3", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1, "pattern": "1" } },
            { "name": "4", "in": "header", "schema": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/1" } } } ],
        "requestBody": { "required": true, "description": "δ", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } } } },
        "responses": { "200": { "description": "ε", "headers": { "1": { "schema": { "type": "string" } } }, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } } } }, "default": { "description": "ζ" } },
        "callbacks": { "1": { "2": { "post": { "responses": { "204": { "description": "η" } } } } } } },
        "get": { "operationId": "2", "summary": "θ", "responses": { "200": { "description": "ι" } } } } }"##;
    let schemas = r##"{ "1": { "type": "object", "description": "κ", "required": ["1"], "properties": { "1": { "type": "string", "readOnly": true, "const": "1" },
        "2": { "oneOf": [ { "$ref": "#/components/schemas/1" }, { "type": "object", "properties": { "3": { "type": "string", "writeOnly": true, "deprecated": true } } } ], "discriminator": { "propertyName": "1" } },
        "4": { "type": "object", "properties": { "5": { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] } } }, "additionalProperties": { "type": "string", "description": "λ" } } } } }"##;
    let whole = definition(paths, schemas);
    let mut value: serde_json::Value = serde_json::from_str(&whole).unwrap();
    value["info"] = serde_json::json!({ "title": "μ", "version": "1", "description": "ν", "license": { "name": "ξ" }, "contact": { "name": "ο" } });
    value["webhooks"] = serde_json::json!({ "1": { "post": { "summary": "π", "deprecated": true, "requestBody": { "content": { "application/json": { "schema": { "type": "object" } } } }, "responses": { "200": { "description": "ρ" } } } } });
    value["components"]["securitySchemes"] = serde_json::json!({
        "1": { "type": "apiKey", "in": "header", "name": "1" }, "2": { "type": "http", "scheme": "basic" },
        "3": { "type": "mutualTLS" }, "4": { "type": "http", "scheme": "bearer", "bearerFormat": "1" }, "5": { "type": "apiKey", "in": "query", "name": "1" },
        "6": { "type": "apiKey", "in": "cookie", "name": "1" }, "7": { "type": "openIdConnect", "openIdConnectUrl": "https://1.example/" },
        "8": { "type": "oauth2", "deprecated": true, "flows": {
            "implicit": { "authorizationUrl": "https://1.example/", "scopes": { "1": "α" } },
            "password": { "tokenUrl": "https://1.example/", "refreshUrl": "https://1.example/", "scopes": {} },
            "clientCredentials": { "tokenUrl": "https://1.example/", "scopes": {} },
            "authorizationCode": { "authorizationUrl": "https://1.example/", "tokenUrl": "https://1.example/", "scopes": {} },
            "deviceAuthorization": { "deviceAuthorizationUrl": "https://1.example/", "tokenUrl": "https://1.example/", "scopes": {} } } }
    });
    value["components"]["schemas"]["2"] = serde_json::json!({
        "type": ["object", "null"], "propertyNames": { "pattern": "1" }, "patternProperties": { "1": { "type": "string" } }, "dependentSchemas": { "1": { "type": "object" } },
        "dependentRequired": { "1": ["2"] }, "additionalProperties": false, "not": { "type": "object" }, "if": { "type": "object" }, "then": { "type": "object" },
        "properties": { "1": { "type": "array", "uniqueItems": true, "contains": { "type": "string" }, "minContains": 2, "prefixItems": [{ "type": "string" }], "items": false },
            "2": { "$ref": "#/components/schemas/3" }, "4": { "type": "string", "contentEncoding": "1", "contentMediaType": "1", "examples": ["1", "2"] }, "5": { "type": ["string", "integer"], "format": "1" } }
    });
    value["components"]["schemas"]["3"] = serde_json::json!({ "type": "array", "items": { "type": "string" } });
    value.to_string()
}

/// Two definitions without words of their own, with one change of every kind between them.
fn changed() -> (String, String) {
    let whole = |paths: &str, schemas: &str| {
        let mut value: serde_json::Value = serde_json::from_str(&definition(paths, schemas)).unwrap();
        value["info"]["title"] = "μ".into();
        value["components"]["securitySchemes"] = serde_json::json!({ "1": { "type": "http", "scheme": "basic" } });
        value["webhooks"] = serde_json::json!({ if schemas.contains("\"9\"") { "2" } else { "1" }: { "post": { "responses": { "200": { "description": "ρ" } } } } });
        value.to_string()
    };
    let old = whole(
        r##"{ "/1": { "get": { "operationId": "1", "summary": "α", "parameters": [
              { "name": "1", "in": "query", "schema": { "type": "string", "minLength": 2, "maxLength": 9, "pattern": "1" } },
              { "name": "2", "in": "header", "schema": { "type": "integer", "minimum": 1, "maximum": 9, "format": "int32" } },
              { "name": "3", "in": "cookie", "required": true, "schema": { "type": "array", "minItems": 1, "maxItems": 9, "items": { "type": "string" } } },
              { "name": "4", "in": "query", "schema": { "type": "string" } } ],
              "responses": { "200": { "description": "β", "headers": { "1": { "schema": { "type": "string" } } }, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } } } }, "400": { "description": "γ" } },
              "callbacks": { "1": { "1": { "post": { "responses": { "200": { "description": "δ" } } } } } } },
            "put": { "operationId": "2", "summary": "ε", "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } }, "text/1": {} } }, "responses": { "200": { "description": "ζ" } } },
            "patch": { "operationId": "8", "summary": "ε", "deprecated": true, "requestBody": { "content": {} }, "responses": {} },
            "delete": { "operationId": "3", "summary": "η", "deprecated": true, "responses": {} } },
          "/2": { "get": { "operationId": "4", "summary": "θ", "responses": {} } } }"##,
        r##"{ "1": { "type": "object", "required": ["5"], "properties": { "1": { "type": "string", "enum": ["1", "2"], "default": "1" }, "2": { "type": ["string", "null"] }, "3": { "type": "string" }, "4": { "type": "string" }, "5": { "type": "string" },
              "6": { "oneOf": [{ "title": "1" }, { "title": "2" }], "discriminator": { "propertyName": "1" } } } } }"##,
    );
    let new = whole(
        r##"{ "/1": { "get": { "operationId": "1", "summary": "α", "security": [{ "1": ["2"] }, { "1": [] }], "deprecated": true, "parameters": [
              { "name": "1", "in": "query", "required": true, "deprecated": true, "schema": { "type": "string", "minLength": 3, "maxLength": 8 } },
              { "name": "2", "in": "header", "schema": { "type": "integer", "minimum": 2, "maximum": 8, "format": "int64" } },
              { "name": "3", "in": "cookie", "schema": { "type": "array", "minItems": 2, "maxItems": 8, "items": { "type": "integer" } } },
              { "name": "5", "in": "query", "required": true, "schema": { "type": "string" } }, { "name": "6", "in": "query", "schema": { "type": "string" } } ],
              "responses": { "200": { "description": "β", "headers": { "2": { "schema": { "type": "string" } } }, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } } } }, "404": { "description": "γ" } },
              "callbacks": { "2": { "1": { "post": { "responses": { "200": { "description": "δ" } } } } } } },
            "put": { "operationId": "2", "summary": "ε", "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/1" } }, "text/2": {} } }, "responses": { "200": { "description": "ζ" } } },
            "patch": { "operationId": "8", "summary": "ε", "responses": {} },
            "post": { "operationId": "5", "summary": "ι", "responses": {} } },
          "/3": { "get": { "operationId": "4", "summary": "θ", "requestBody": { "required": true, "content": {} }, "responses": {} } } }"##,
        r##"{ "1": { "type": "object", "required": ["7", "4"], "additionalProperties": false, "properties": { "1": { "type": "string", "enum": ["2", "3"], "default": "2" }, "2": { "type": "string" }, "3": { "type": ["string", "null"], "deprecated": true }, "4": { "type": "integer" }, "5": { "type": "string" }, "7": { "type": "string" },
              "6": { "oneOf": [{ "title": "1" }, { "title": "3" }], "discriminator": { "propertyName": "2" } } } }, "9": {} }"##,
    );
    (old, new)
}

/// Definitions that are not OpenAPI, whose own texts have no Latin letters: APIs by name, and files in them.
const OTHERS: [(&str, &str); 14] = [
    (
        "apis/11;rev=1/specification.graphql",
        "schema { query: _0 } type _0 { _1(_2: Int): _3 } type _3 { _4: String } enum _6 { _7 }",
    ),
    (
        "apis/11/specification.graphql",
        "schema { query: _0 mutation: _00 } type _0 { _1(_2: ID!, _8: Int! = 1): _3 @deprecated(reason: \"1\") } type _00 { _1: Int } interface _5 { _4: Int } type _3 implements _5 { _4: Int } union _9 = _3 input _10 { _1: Int! } scalar _11 @specifiedBy(url: \"1\") directive @_12(_13: Int) on OBJECT",
    ),
    (
        "apis/11/apiInformation.yaml",
        "properties: { path: \"11\", type: graphql, apiRevision: \"2\", isCurrent: true, displayName: α }",
    ),
    (
        "apis/12/specification.yaml",
        r#"{ "asyncapi": "3.0.0", "info": { "title": "α", "version": "1" },
          "servers": { "1": { "host": "1", "protocol": "ws", "variables": { "1": { "enum": ["1"], "default": "1", "examples": ["1"] } }, "bindings": { "1": { "2": 3 } }, "security": [{ "$ref": "\u0023/components/securitySchemes/1" }] } },
          "channels": { "1": { "servers": [{ "$ref": "\u0023/servers/1" }], "parameters": { "1": {} }, "messages": { "1": { "contentType": "1", "name": "1", "correlationId": { "location": "1" }, "headers": { "type": "object" }, "payload": { "type": "object" }, "examples": [{ "payload": 1 }] } } } },
          "operations": { "1": { "action": "send", "channel": { "$ref": "\u0023/channels/1" }, "reply": { "channel": { "$ref": "\u0023/channels/1" }, "messages": [{ "$ref": "\u0023/channels/1/messages/1" }] } }, "2": { "action": "receive", "channel": { "$ref": "\u0023/channels/1" } } },
          "components": { "securitySchemes": { "1": { "type": "userPassword" }, "2": { "type": "X509" }, "3": { "type": "plain" }, "4": { "type": "apiKey", "in": "user" }, "5": { "type": "apiKey", "in": "password" } } } }"#,
    ),
    ("apis/12/apiInformation.yaml", "properties: { path: \"12\", type: websocket, displayName: α }"),
    (
        "apis/13/specification.wsdl",
        r#"<definitions name="α" targetNamespace="1" xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="1" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema">
<types><x:schema targetNamespace="1"><x:element name="α"><x:complexType><x:sequence><x:element name="β" type="t:δ" maxOccurs="unbounded" nillable="true"/><x:element name="γ" type="t:δ" minOccurs="0" maxOccurs="3" default="1"/><x:element name="ι" type="t:δ" fixed="1"/><x:any/></x:sequence><x:attribute name="ε" type="t:δ" use="required"/><x:anyAttribute/></x:complexType></x:element>
<x:complexType name="ζ"><x:complexContent><x:extension base="t:η"><x:sequence/></x:extension></x:complexContent></x:complexType><x:complexType name="η"><x:choice><x:element name="θ" type="t:δ"/></x:choice></x:complexType>
<x:simpleType name="δ"><x:restriction base="t:κ"><x:minLength value="1"/><x:maxLength value="2"/><x:pattern value="1"/><x:minInclusive value="1"/><x:maxInclusive value="1"/><x:minExclusive value="1"/><x:maxExclusive value="1"/><x:totalDigits value="1"/><x:fractionDigits value="1"/><x:enumeration value="1"/></x:restriction></x:simpleType><x:simpleType name="κ"><x:list itemType="t:δ"/></x:simpleType><x:simpleType name="λ"><x:union memberTypes="t:δ"/></x:simpleType></x:schema></types>
<message name="μ"><part name="ν" element="t:α"/></message>
<portType name="ξ"><operation name="ο"><input message="t:μ"/><output message="t:μ"/><fault name="π" message="t:μ"/></operation></portType>
<binding name="ρ" type="t:ξ"><soap:binding style="1"/><operation name="ο"><soap:operation soapAction="1"/></operation></binding>
<service name="σ"><port name="τ" binding="t:ρ"><soap:address location="1"/></port></service></definitions>"#,
    ),
    ("apis/13/apiInformation.yaml", "properties: { path: \"13\", type: soap, displayName: α }"),
    (
        "apis/14/specification.edmx",
        r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="Ω" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="α" HasStream="true" OpenType="true"><Key><PropertyRef Name="β"/></Key><Property Name="β" Type="Ω.γ" Nullable="false" MaxLength="1" Precision="1" Scale="1" DefaultValue="1"><Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/><Annotation Term="Org.OData.Core.V1.Immutable" Bool="true"/></Property><NavigationProperty Name="δ" Type="Ω.α" ContainsTarget="true"/></EntityType>
<ComplexType Name="ε" BaseType="Ω.ζ"/><ComplexType Name="ζ" Abstract="true"/><EnumType Name="γ" IsFlags="true"><Member Name="η" Value="1"/></EnumType><TypeDefinition Name="θ" UnderlyingType="Ω.γ"/>
<Function Name="ι" IsBound="true"><Parameter Name="κ" Type="Ω.α"/><Parameter Name="λ" Type="Ω.γ"/><ReturnType Type="Ω.α"/></Function><Action Name="μ"/>
<EntityContainer Name="ν"><EntitySet Name="ξ" EntityType="Ω.α"><NavigationPropertyBinding Path="δ" Target="ξ"/></EntitySet><Singleton Name="ο" Type="Ω.α"/><FunctionImport Name="π" Function="Ω.ι" EntitySet="ξ"/><ActionImport Name="ρ" Action="Ω.μ"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"#,
    ),
    ("apis/14/apiInformation.yaml", "properties: { path: \"14\", type: odata, displayName: α }"),
    (
        "apis/15/specification.proto",
        "syntax = \"proto3\"; package _0; service _1 { rpc _2 (stream _3) returns (stream _3); } message _3 { repeated _3 _4 = 1; map<string, _3> _5 = 2; oneof _6 { _3 _7 = 3; } optional _3 _8 = 4; } enum _9 { _10 = 0; }",
    ),
    ("apis/15/apiInformation.yaml", "properties: { path: \"15\", type: grpc, displayName: α }"),
    (
        "products/1/policy.xml",
        "<policies><inbound><base /><rate-limit calls=\"1\" renewal-period=\"60\" /><rate-limit-by-key calls=\"1500\" renewal-period=\"7200\" counter-key=\"@(context.Request.IpAddress)\" /><quota calls=\"5\" bandwidth=\"40960\" renewal-period=\"604800\" /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>",
    ),
    (
        "products/2/policy.xml",
        "<policies><inbound><base /><rate-limit-by-key calls=\"2\" renewal-period=\"86400\" counter-key=\"@(context.User.Id)\" /><rate-limit-by-key calls=\"3\" renewal-period=\"90\" counter-key=\"@(context.Request.Url.Path)\" /><quota-by-key calls=\"4\" renewal-period=\"0\" counter-key=\"1\" /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>",
    ),
    (
        "portal/content/1/3.md",
        "# α\n\n<!-- tabs -->\n\n## β\n\n1\n\n## γ\n\n2\n\n<!-- /tabs -->\n\n<!-- steps -->\n\n## δ\n\n1\n\n<!-- /steps -->\n\n> [!WARNING] ε\n> 1\n\n> [!CAUTION]\n> 1\n\n```mermaid\nflowchart LR\nA[α] -- β --> B[γ]\nA <--> B\n```\n\n```mermaid\nsequenceDiagram\nparticipant A as α\nparticipant B as β\nA->>B: γ\nNote over A: δ\n```\n\n![](operation:1/1)\n\n![](schema:1/1)\n\n1[^1]\n\n[^1]: 2\n",
    ),
];

/// The texts of a message file that all stand in brackets.
fn bracketed() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/messages");
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let all: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&read("en.yaml")).unwrap();
    let german: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&read("de.yaml")).unwrap();
    let wrap = |text: &str| format!("⟦{text}⟧");
    let mut file = serde_json::Map::new();
    for (key, value) in all {
        let wrapped = match value {
            serde_json::Value::Object(forms) => forms
                .iter()
                .map(|(form, text)| (form.clone(), wrap(text.as_str().unwrap()).into()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            text => serde_json::Value::from(wrap(text.as_str().unwrap())),
        };
        file.insert(key, wrapped);
    }
    let words = german["words"].as_object().unwrap().keys().map(|word| (word.clone(), wrap(word).into()));
    file.insert("words".to_owned(), words.collect::<serde_json::Map<_, _>>().into());
    serde_json::Value::from(file).to_string()
}

/// The words of a page that people read: texts, and what is read aloud. Code is nobody's language.
fn words_of(html: &str) -> Vec<String> {
    let mut words = Vec::new();
    let body = &html[html.find("<title").unwrap()..];
    let mut rest = body;
    let mut skipped = 0;
    while let Some((before, after)) = rest.split_once('<') {
        if skipped == 0 && !before.trim().is_empty() {
            words.push(before.trim().to_owned());
        }
        let (tag, after) = after.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
        let is_code = ["code", "pre", "kbd", "script"].contains(&name)
            || tag.contains("class=\"method")
            || tag.contains("class=\"type\"") && !tag.starts_with('/');
        if is_code && !tag.starts_with('/') && name != "span" {
            skipped += 1;
        } else if tag.starts_with('/') && ["code", "pre", "kbd", "script"].contains(&name) {
            skipped -= 1;
        }
        for attribute in ["aria-label", "title", "alt", "placeholder"] {
            if let Some((_, value)) = tag.split_once(&format!("{attribute}=\"")) {
                words.push(value.split('"').next().unwrap().to_owned());
            }
        }
        rest = after;
    }
    words
}

#[test]
fn every_word_of_the_portal_is_a_message() {
    let definition = wordless();
    let (first, second) = (definition.as_str(), bracketed());
    let (before, after) = changed();
    let mut files = vec![
        ("apis/3;rev=1/specification.json", before.as_str()),
        ("apis/3/specification.json", &after),
        ("apis/3/apiInformation.yaml", "properties: { path: \"3\", apiRevision: \"2\", isCurrent: true }"),
        (
            "version sets/1/versionSetInformation.yaml",
            "properties: { displayName: α, versioningScheme: Header, versionHeaderName: \"1\" }",
        ),
        ("apis/4/specification.json", &before),
        ("apis/4/apiInformation.yaml", "properties: { path: \"4\", apiVersion: \"1\", apiVersionSetId: /apiVersionSets/1 }"),
        ("apis/5/specification.json", &after),
        ("apis/5/apiInformation.yaml", "properties: { path: \"4\", apiVersion: \"2\", apiVersionSetId: /apiVersionSets/1 }"),
        ("apis/6/specification.json", &before),
        ("apis/6/apiInformation.yaml", "properties: { path: \"4\", apiVersion: \"\", apiVersionSetId: /apiVersionSets/1 }"),
        (
            "apis/3/releases/1/apiReleaseInformation.yaml",
            "properties: { apiId: \"/apis/3;rev=2\", notes: α, createdDateTime: \"2026-02-03T10:00:00Z\" }",
        ),
        ("apis/1/specification.json", first),
        ("apis/2/specification.json", first),
        ("apis/2/apiInformation.yaml", "properties: { subscriptionRequired: true, path: \"2\" }"),
        ("apis/1/apiInformation.yaml", "properties: { path: \"1\", subscriptionRequired: false }"),
        (
            "products/1/productInformation.yaml",
            "properties: { displayName: \"σ\", description: \"τ\", state: published, subscriptionRequired: true, approvalRequired: true, subscriptionsLimit: 2, terms: \"υ\" }",
        ),
        ("products/1/apis/2/productApiInformation.yaml", "{}"),
        (
            "products/2/productInformation.yaml",
            "properties: { displayName: \"φ\", state: published, subscriptionRequired: false }",
        ),
        ("portal/portal.yaml", "title: χ\nlanguages: [qq]\n"),
        ("portal/content/1/2.md", "# ψ\n\n## ω\n\n- [x] 1\n\n> [!NOTE]\n> 2\n\n## α\n"),
        ("portal/theme/messages/qq.yaml", &second),
    ];
    files.extend(OTHERS);
    let folder = folder(&files);
    // Whether this build runs the policies is not asked: the pages say what they allow.
    let loaded = catalog::load(&folder, None);
    let service = loaded.service.unwrap_or_else(|| panic!("{}", diagnostic::render::all_text(&loaded.diagnostics)));
    let (site, _) = portal_gen::render::site(&service, &folder, &Options::default()).unwrap();
    for (page, what) in [
        ("apis/3/changes/index.html", "class=\"change removed\""),
        ("apis/5/changes/index.html", "class=\"change removed\""),
        ("apis/11/changes/index.html", "class=\"change removed\""),
        ("products/1/index.html", "class=\"limits\""),
        ("apis/2/security/index.html", "https://1.example/"),
        ("1/3/index.html", "class=\"diagram\""),
        ("1/3/index.html", "class=\"tab-set\""),
        ("1/3/index.html", "class=\"embedded\""),
        ("apis/12/reference/index.html", "class=\"facts\""),
        ("apis/13/reference/index.html", "class=\"facts\""),
        ("apis/14/reference/index.html", "class=\"facts\""),
        ("apis/15/reference/index.html", "class=\"facts\""),
    ] {
        let html = self::page(&site, page);
        assert!(html.contains(what), "{page} has no {what}: {html}");
    }
    // Names of protocols, types and programming languages, which every language shares.
    let shared = [
        "HTTP",
        "curl",
        "GET",
        "PUT",
        "POST",
        "HOOK",
        "REST",
        "JSON",
        "OK",
        "No Content",
        "OpenAPI",
        "OAuth 2",
        "YAML",
        "C",
        "Go",
        "Java",
        "JavaScript",
        "PHP",
        "PowerShell",
        "Python",
        "Ruby",
        "Rust",
        "Swift",
        "TypeScript",
        "application/json",
        "default",
        "PATCH",
        "DELETE",
        "GET /1",
        "PUT /1",
        "Not Found",
        "Bad Request",
        "AsyncAPI",
        "EDMX",
        "GraphQL",
        "OData",
        "OpenID Connect",
        "PROTO",
        "GRAPHQL",
        "ID",
        "Int",
        "OBJECT",
        "String",
        "Protocol Buffers",
        "SOAP",
        "SOAP 1.1",
        "WSDL",
        "WebSocket",
        "gRPC",
        "proto3",
        "ws",
    ];
    let mut found = BTreeSet::new();
    for (file, _) in site.files.iter().filter(|(file, _)| file.ends_with(".html")) {
        // A text may have code in it, and then stands in several pieces.
        let mut depth = 0;
        for words in words_of(page(&site, file)) {
            let mut bare = String::new();
            for one in words.chars() {
                match one {
                    '⟦' => depth += 1,
                    '⟧' => {
                        depth -= 1;
                        bare.push(' ');
                    }
                    one if depth == 0 => bare.push(one),
                    _ => {}
                }
            }
            let is_type = bare.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty()).all(|word| {
                ["string", "integer", "object", "array", "boolean", "number", "null", "int32", "int64"].contains(&word)
                    || word.chars().all(|one| !one.is_ascii_alphabetic())
            });
            // The title of a page has those of what it is in behind it.
            let bare = bare.trim().trim_end_matches(" – α – χ").trim_matches(|one: char| !one.is_alphanumeric());
            let is_size =
                bare.ends_with("bytes") || bare.ends_with("kB") || bare.contains("OpenAPI") || bare.contains("kB, AsyncAPI");
            if bare.contains(|one: char| one.is_ascii_alphabetic())
                && !is_type
                && !is_size
                && !shared.contains(&bare)
                && !bare.contains("://")
                && !bare.contains("&#")
            {
                found.insert(format!("{file}: {bare}"));
            }
        }
    }
    assert!(found.is_empty(), "not from the message file: {found:#?}");
}

fn two_languages() -> Rendered {
    let definition = definition(
        r#"{ "/pets": { "get": { "operationId": "list-pets", "summary": "List pets", "responses": { "200": { "description": "All.", "content": { "text/plain": { "example": "LONG" } } } } } } }"#
            .replace("LONG", &"one line of a long text\\n".repeat(2_000))
            .as_str(),
        "",
    );
    let files = [
        ("apis/pets/specification.json", definition.as_str()),
        (
            "portal/portal.yaml",
            "title: Pets\nurl: https://pets.example.com/dev\nlanguages: [en, de]\nnavigation: [{ title: Help, href: /help/ }]",
        ),
        // The console's pages are let in, so that nothing is to be warned of.
        (
            "policy.xml",
            "<policies><inbound><cors><allowed-origins><origin>https://pets.example.com</origin></allowed-origins><allowed-headers><header>*</header></allowed-headers></cors></inbound></policies>",
        ),
        ("portal/portal.de.yaml", "title: Tiere\nnavigation: [{ title: Hilfe, href: /help/ }]"),
        ("portal/content/help.md", "# Help\n\n![x](/media/x.svg) [pets](/apis/pets/)\n"),
        ("portal/content/only.md", "# Only English\n"),
        ("portal/content.de/help.md", "# Hilfe\n\n![x](/media/x.svg) [Tiere](/apis/pets/)\n"),
        ("portal/content.de/nur.md", "# Nur deutsch\n"),
        ("portal/media/x.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ];
    let folder = folder(&files);
    let (service, findings) = portal_gen::check(&folder, None);
    assert!(findings.is_empty(), "{}", diagnostic::render::all_text(&findings));
    let (site, findings) = portal_gen::render::site(&service.unwrap(), &folder, &Options::default()).unwrap();
    // The link checker has followed every link of every language.
    assert!(findings.is_empty(), "{}", diagnostic::render::all_text(&findings));
    site
}

#[test]
fn every_page_is_there_in_every_language() {
    let site = two_languages();
    let german = page(&site, "de/help/index.html");
    assert!(german.contains("<html lang=\"de\" dir=\"ltr\">") && german.contains("<title>Hilfe – Tiere</title>"), "{german}");
    assert!(german.contains("src=\"../../media/x.svg\"") && german.contains("href=\"../apis/pets/\""), "{german}");
    assert!(german.contains("hreflang=\"en\" href=\"https://pets.example.com/dev/help/\""), "{german}");
    assert!(page(&site, "de/only/index.html").contains("<article class=\"column text\" lang=\"en\" dir=\"ltr\">"));
    assert!(!page(&site, "de/nur/index.html").contains("class=\"languages\""), "only German has it");
    assert!(!site.files.contains_key("nur/index.html"));
    let operation = page(&site, "de/apis/pets/list-pets/index.html");
    assert!(operation.contains("href=\"../../../../apis/pets/list-pets/200-1.txt\""), "long examples exist once: {operation}");
    assert!(!site.files.contains_key("de/apis/pets/list-pets/200-1.txt"));
    // What scripts look for beside the page is there in each language.
    assert!(["", "de/"].iter().all(|language| site.files.contains_key(&format!("{language}apis/pets/list-pets/console.json"))));
    let map = page(&site, "sitemap.xml");
    assert!(
        map.contains("<loc>https://pets.example.com/dev/de/apis/pets/</loc><xhtml:link rel=\"alternate\" hreflang=\"en\""),
        "{map}"
    );
    assert!(site.files.contains_key("de/apis/pets/list-pets/console.json"), "the console looks beside its page");
    let script = site.files.keys().filter(|file| file.ends_with(".js")).cloned().collect::<Vec<_>>();
    assert!(script.contains(&"assets/search.de.js".to_owned()) && script.contains(&"assets/search.js".to_owned()), "{script:?}");
    assert!(page(&site, "assets/portal.de.js").contains("import(\"./search.de.js?v="));
    assert!(page(&site, "assets/portal.de.js").contains("import(\"./console.de.js?v="));
    let console = page(&site, "assets/console.de.js");
    assert!(console.contains("\"Senden\"") && console.contains("\"`{name}` is missing\":\"`{name}` fehlt\""), "{console}");
    assert!(page(&site, "assets/console.js").contains("const SENTENCES = {};"), "English is what the core says");
    for (file, _) in site.files.iter().filter(|(file, _)| file.ends_with(".js")) {
        let script = page(&site, file);
        assert!(!script.contains(" t(\"") && !script.contains("asset(\""), "{file} has a text that is not there");
    }
}

#[test]
fn pages_have_twins_that_say_the_same() {
    let site = two_languages();
    for file in site.files.keys().filter(|file| file.ends_with("index.html")) {
        let twin = file.replace("index.html", "index.md");
        assert_eq!(
            site.files.contains_key(&twin),
            !["api-details", "api-changelog", "product/", "console/callback"].iter().any(|moved| file.starts_with(moved)),
            "{file}"
        );
    }
    let twin = page(&site, "apis/pets/list-pets/index.md");
    assert!(twin.starts_with("# List pets\n\nGET `https://gateway.example.com/pets/pets`\n"), "{twin}");
    assert!(
        page(&site, "llms.txt").contains("[List pets](https://pets.example.com/dev/apis/pets/list-pets/index.md): GET /pets")
    );
    assert!(page(&site, "llms-full.txt").contains("<!-- https://pets.example.com/dev/apis/pets/list-pets/ -->\n\n# List pets\n"));
    assert!(page(&site, "de/llms.txt").contains("[Hilfe](https://pets.example.com/dev/de/help/index.md)"));
}

/// The titles of the documents that a term leads to, best first.
fn found(site: &Rendered, term: &str) -> Vec<String> {
    let index: serde_json::Value = serde_json::from_str(page(site, "search/index.json")).unwrap();
    let line = site
        .files
        .keys()
        .filter(|file| file.starts_with("search/terms-"))
        .find_map(|file| page(site, file).lines().find(|line| line.split('\t').next() == Some(term)).map(str::to_owned));
    let Some(line) = line else { return Vec::new() };
    let mut number = 0;
    let mut places = Vec::new();
    let mut digits = String::new();
    for one in line.split('\t').nth(1).unwrap().chars() {
        if one.is_ascii_uppercase() {
            number += usize::from_str_radix(&std::mem::take(&mut digits), 36).unwrap();
            places.push((std::cmp::Reverse(one), number));
        } else {
            digits.push(one);
        }
    }
    places.sort();
    let chunk: serde_json::Value =
        serde_json::from_str(page(site, &format!("search/{}", index["chunks"][0].as_str().unwrap()))).unwrap();
    places.iter().map(|(_, number)| chunk[number][0].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_written_can_be_found() {
    let definition = definition(
        r##"{ "/repos/{owner}": { "get": { "operationId": "listRepositories", "summary": "List repositories", "description": "All of a person's <b>projects</b>.",
            "parameters": [{ "name": "owner", "in": "path", "required": true, "description": "The login.", "schema": { "type": "string" } }], "responses": {} } } }"##,
        r#"{ "FullRepository": { "type": "object", "description": "Everything.", "properties": { "stargazersCount": { "type": "integer", "description": "How many like it." } } } }"#,
    );
    let site = site(&folder(&[
        ("apis/git/specification.json", &definition),
        ("portal/content/guide.md", "# A guide\n\n## Naïve rebasing\n\nAbout 検索 and repositories.\n"),
    ]));
    for (term, titles) in [
        ("repositories", &["List repositories", "A guide", "Test"][..]),
        ("listrepositories", &["List repositories"]),
        ("owner", &["List repositories"]),
        ("login", &["List repositories"]),
        ("projects", &["List repositories"]),
        ("stargazerscount", &["FullRepository"]),
        ("stargazers", &["FullRepository"]),
        ("naive", &["A guide"]),
        ("検索", &["A guide"]),
        ("b", &[]),
    ] {
        let found = found(&site, term);
        assert!(
            found
                .iter()
                .take(titles.len())
                .map(String::as_str)
                .eq(titles.iter().copied().filter(|title| found.iter().any(|one| one == title))),
            "{term}: {found:?}"
        );
        assert!(titles.first().is_none_or(|first| found.first().is_some_and(|one| one == first)), "{term}: {found:?}");
        assert!(!titles.is_empty() || found.is_empty(), "{term}: {found:?}");
    }
}

#[test]
fn addresses_of_the_former_portal_are_known() {
    let definition = definition(
        r#"{ "/a": { "get": { "operationId": "Get A", "responses": {} }, "put": { "operationId": "put-a", "responses": {} } } }"#,
        "",
    );
    let site = site(&folder(&[("apis/test/specification.json", &definition)]));
    let table: serde_json::Value = serde_json::from_str(page(&site, "moved.json")).unwrap();
    let operations = table["apis"]["test"][1].as_array().unwrap();
    assert_eq!(table["apis"]["test"][0], "apis/test/");
    for operation in operations {
        let part = operation.as_str().or_else(|| operation[1].as_str()).unwrap();
        assert!(site.files.contains_key(&format!("apis/test/{part}/index.html")), "{operation}");
    }
    assert!(page(&site, "api-details/index.html").contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[test]
fn building_again_writes_what_has_changed() {
    let directory = tempfile::tempdir().unwrap();
    let (service, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&service)]);
    let build = || {
        let built = portal_gen(&["build", text(&service), "--out", text(&out), "--compress"]);
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        String::from_utf8_lossy(&built.stdout).into_owned()
    };
    assert!(!build().contains("files written"));
    let before = files_of(&out);
    let time = |file: &str| std::fs::metadata(out.join(file)).unwrap().modified().unwrap();
    let page = "apis/hello/get-greeting/index.html";
    let (old_page, old_style) = (time(page), time("assets/style.css"));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(build().contains(", 0 of "), "the same folder gives the same files");
    assert!(files_of(&out) == before && time(page) == old_page);
    let specification = service.join("apis/hello/specification.yaml");
    let written = std::fs::read_to_string(&specification).unwrap();
    write_files(&service, &[("portal/content/more.md", "# More\n")]);
    std::fs::write(&specification, written.replacen("description:", "description: Changed.", 1)).unwrap();
    build();
    assert!(out.join("more/index.html").exists() && out.join("more/index.md").exists());
    assert_eq!(time("assets/style.css"), old_style, "what did not change was not written");
    std::fs::remove_file(service.join("portal/content/more.md")).unwrap();
    std::fs::write(&specification, written).unwrap();
    build();
    assert!(files_of(&out) == before, "what is gone from the folder is gone from the site");
}

#[test]
fn compressed_copies_hold_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let (service, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&service)]);
    assert!(portal_gen(&["build", text(&service), "--out", text(&out), "--compress"]).status.success());
    let bytes = std::fs::read(out.join("index.html")).unwrap();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&std::fs::read(out.join("index.html.gz")).unwrap()[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes);
    unpacked.clear();
    brotli::Decompressor::new(&std::fs::read(out.join("index.html.br")).unwrap()[..], 4096).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == bytes);
    assert!(!out.join("robots.txt.gz").exists(), "small files stay as they are");
}

#[test]
fn strict_builds_fail_on_warnings() {
    let directory = tempfile::tempdir().unwrap();
    let (service, out) = (directory.path().join("service"), directory.path().join("site"));
    portal_gen(&["new", text(&service)]);
    // What is only a note stops nothing: OpenAPI 2.0 has no links.
    let links = r#"{ "/a": { "get": { "responses": { "200": { "description": "a", "links": { "a": {} } } } } } }"#;
    write_files(&service, &[("apis/other/specification.json", &definition(links, ""))]);
    let noted = portal_gen(&["build", text(&service), "--out", text(&out), "--strict"]);
    let said = String::from_utf8_lossy(&noted.stderr);
    assert!(noted.status.code() == Some(0) && said.contains("note[download/left-out]"), "{said}");
    let before = files_of(&out);
    write_files(
        &service,
        &[(
            "portal/theme/page/products.html",
            "{% extends \"layout.html\" %}{% block main %}<h1>x</h1><a href=\"../nowhere/\">y</a>{% endblock main %}",
        )],
    );
    let strict = portal_gen(&["build", text(&service), "--out", text(&out), "--strict"]);
    assert_eq!(strict.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&strict.stderr).contains("warning[site/broken-link]"),
        "{}",
        String::from_utf8_lossy(&strict.stderr)
    );
    assert!(files_of(&out) == before, "nothing was written");
    assert_eq!(portal_gen(&["build", text(&service), "--out", text(&out)]).status.code(), Some(0));
}

/// Names of browsers and of HTTP, an error that nobody is told, and the address that stands for all: no texts.
const NAMES: [&str; 6] =
    ["use strict", "Content-Type", "Apim-Debug-Authorization", "(prefers-color-scheme: dark)", "/ Control+K Meta+K", "the proxy"];

#[test]
fn what_is_wrong_is_said_once_for_all_languages() {
    let said = |languages: &str| {
        let settings = format!(
            "title: x\nlanguages: [{languages}]\nredirects: [{{ from: /old/, to: /hepl/ }}, {{ from: /help/, to: /apis/ }}]\nsidebar: [nowhere]"
        );
        let folder = folder(&[
            ("apis/1/specification.json", &definition("", "")),
            ("portal/portal.yaml", &settings),
            (
                "portal/content/help.md",
                "# a\n\n[x](/nowhere/) ![y](https://example.com/x.png) [z](#no) <blink>q</blink> [](other.md#no)\n",
            ),
            ("portal/content/other.md", "# b\n"),
            ("portal/content/apis.md", "# c\n"),
            (
                "portal/theme/page/products.html",
                "{% extends \"layout.html\" %}{% block main %}<a href=\"../gone/\">y</a>{% endblock main %}",
            ),
        ]);
        let service = catalog::load(&folder, None).service.unwrap();
        let (_, findings) = portal_gen::render::site(&service, &folder, &Options::default()).unwrap();
        findings.iter().map(|one| (one.id, one.place.source.name().to_owned())).collect::<Vec<_>>()
    };
    let alone = said("en");
    assert!(alone.len() > 6 && alone.iter().any(|(id, _)| *id == "site/broken-link"), "{alone:?}");
    assert_eq!(said("en, de"), alone);
}

#[test]
fn the_feed_of_changes_speaks_the_language_of_its_page() {
    let (before, after) = changed();
    let site = site(&folder(&[
        ("apis/3;rev=1/specification.json", &before),
        ("apis/3/specification.json", &after),
        ("apis/3/apiInformation.yaml", "properties: { path: \"3\", apiRevision: \"2\", isCurrent: true }"),
        ("portal/portal.yaml", "title: χ\nurl: https://x.example\nlanguages: [en, de]\n"),
    ]));
    let feed = page(&site, "de/apis/3/changes/feed.xml");
    assert!(feed.contains("<link>https://x.example/de/apis/3/changes/#revision-2</link>"), "{feed}");
    assert!(
        feed.contains("Query-Parameter 4 entfernt – nicht kompatibel: was Aufrufer darin senden, wird nicht mehr verstanden"),
        "{feed}"
    );
    assert!(feed.contains("<title>Änderungen von "), "{feed}");
    let html = page(&site, "de/apis/3/changes/index.html");
    assert!(html.contains("neue erforderliche Eigenschaft <code>7</code>") && html.contains("Seit Revision 1: "), "{html}");
    // What programs read says the same in every language.
    assert_eq!(page(&site, "de/apis/3/changes/changes.json"), page(&site, "apis/3/changes/changes.json"));
    // The former portal's page of changes leads here.
    let table: serde_json::Value = serde_json::from_str(page(&site, "moved.json")).unwrap();
    assert_eq!(table["apis"]["3"][2], "apis/3/changes/");
    assert!(page(&site, "assets/moved.js").contains("return go(changes ?? path)"));
}

/// The literals of a script that could be texts for people, each with the code before it. A template is its parts, `…` between
/// them.
fn literals(script: &str) -> Vec<(String, String)> {
    let characters: Vec<char> = script.chars().collect();
    let mut found = Vec::new();
    read_code(&characters, 0, &mut found);
    found
}

/// Reads code up to its end, or to the `}` that ends a value in a template; gives the place behind.
fn read_code(script: &[char], start: usize, found: &mut Vec<(String, String)>) -> usize {
    let mut at = start;
    let mut open = 0;
    let mut last = '(';
    while at < script.len() {
        let one = script[at];
        let next = script.get(at + 1).copied().unwrap_or(' ');
        match one {
            '/' if next == '/' => at += script[at..].iter().position(|one| *one == '\n').unwrap_or(script.len() - at),
            '/' if next == '*' => {
                at += 2;
                while script.get(at..at + 2).is_some_and(|two| two != ['*', '/']) {
                    at += 1;
                }
                at += 2;
            }
            // A pattern stands where a value is expected.
            '/' if "(,=:[!&|?{};".contains(last) => {
                let mut in_class = false;
                at += 1;
                while at < script.len() && (in_class || script[at] != '/') {
                    match script[at] {
                        '\\' => at += 1,
                        '[' => in_class = true,
                        ']' => in_class = false,
                        _ => {}
                    }
                    at += 1;
                }
                at += 1;
                last = '/';
            }
            '"' | '\'' | '`' => {
                let before: String = script[at.saturating_sub(40)..at].iter().collect();
                let mut text = String::new();
                at += 1;
                while at < script.len() && script[at] != one {
                    if one == '`' && script[at] == '$' && script.get(at + 1) == Some(&'{') {
                        text.push('…');
                        at = read_code(script, at + 2, found);
                        continue;
                    }
                    at += usize::from(script[at] == '\\');
                    text.push(script[at]);
                    at += 1;
                }
                at += 1;
                found.push((text, before));
                last = one;
            }
            '{' => {
                open += 1;
                at += 1;
                last = one;
            }
            '}' if open == 0 => return at + 1,
            '}' => {
                open -= 1;
                at += 1;
                last = one;
            }
            _ => {
                if !one.is_whitespace() {
                    last = one;
                }
                at += 1;
            }
        }
    }
    at
}

#[test]
fn scripts_say_nothing_that_is_no_message() {
    let read = literals("a = \"One word\"; // \"no\"\nb = /[/\"]/.test(`x ${c ? \"Two\" : `${d} s`} y`); /* ' */ e = 'f\\'s'");
    let texts: Vec<&str> = read.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(texts, ["One word", "Two", "… s", "x … y", "f's"]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let messages = std::fs::read_to_string(root.join("messages/en.yaml")).unwrap();
    let messages: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&messages).unwrap();
    let mut scripts = 0;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join("assets")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        scripts += 1;
        let name = path.file_name().unwrap().to_str().unwrap();
        let script = std::fs::read_to_string(&path).unwrap();
        for (text, before) in literals(&script) {
            let before = before.trim_end();
            if before.ends_with(" t(") || ["(t(", "{t(", "[t(", "!t("].iter().any(|call| before.ends_with(call)) {
                assert!(messages.contains_key(&text), "{name}: there is no message `{text}`");
                continue;
            }
            // Names of classes, selectors, addresses, markup that is shown as code, and what HTTP and browsers call things.
            let is_code = [
                "class:",
                "className =",
                "className:",
                "querySelector(",
                "querySelectorAll(",
                "matches(",
                "closest(", "closest?.(", "event.key ===",
                "asset(",
                "sentences(",
            ]
            .iter()
            .any(|end| before.ends_with(end))
                || text.starts_with('<')
                || text.contains("=…") && text.contains(',')
                || NAMES.contains(&text.as_str())
                // A reason of HTTP's, beside its status.
                || before.strip_suffix(':').is_some_and(|before| before.ends_with(|one: char| one.is_ascii_digit()));
            // Milliseconds are the same in every language.
            let text = text.replace(" ms", "");
            let words = text.split(|one: char| !one.is_alphabetic());
            let has_words = words.clone().any(|word| word.len() > 1 && word.chars().all(char::is_lowercase))
                && text.contains(' ')
                || words.clone().any(|word| {
                    word.len() > 1 && word.starts_with(char::is_uppercase) && word.chars().skip(1).all(char::is_lowercase)
                });
            if has_words && !is_code {
                found.push(format!("{name}: {text} (after `{before}`)"));
            }
        }
    }
    assert!(scripts >= 5);
    assert!(found.is_empty(), "texts of scripts that are no messages: {found:#?}");
}
