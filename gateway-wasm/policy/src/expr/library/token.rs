//! `AsJwt`, `AsBasic` and their kin: what APIM adds to text and bytes.

use super::{collections::pair::Pair, crypto::symmetric};
use crate::expr::{
    call::{Call, Thrown},
    types::{Kind, NetType, Type, row},
    value::{Cursor, Object, Value},
};
use dotnet::{
    DateTime, DateTimeKind, Exception, NetString,
    crypto::cipher::{Algorithm, Direction},
};
use std::{fmt, rc::Rc};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&STRING_EXTENSIONS, &BYTES_EXTENSIONS, &JWT, &JWT_CLAIMS, &BASIC_AUTH_CREDENTIALS];

const NAMESPACE: &str = "Microsoft.Azure.ApiManagement";

/// What APIM adds to text.
pub static STRING_EXTENSIONS: NetType = NetType {
    namespace: NAMESPACE,
    name: "StringExtensions",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static Jwt AsJwt(this string input)",
            as_jwt,
            "The token in the text, with `Bearer` before it or not; null if it is none. Nobody checks its signature",
        ),
        row(
            "static bool TryParseJwt(this string input, out Jwt result)",
            |call| {
                let token = as_jwt(call)?;
                let is_token = !token.is_null();
                call.set_out(1, token);
                Ok(Value::Bool(is_token))
            },
            "True if there is a token in the text, and that token. Nobody checks its signature",
        ),
        row(
            "static BasicAuthCredentials AsBasic(this string input)",
            as_basic,
            "The name and the password of the value of an `Authorization` header; null if it has none",
        ),
        row(
            "static bool TryParseBasic(this string input, out BasicAuthCredentials result)",
            |call| {
                let credentials = as_basic(call)?;
                let is_basic = !credentials.is_null();
                call.set_out(1, credentials);
                Ok(Value::Bool(is_basic))
            },
            "True if an `Authorization` header's value has a name and a password, and these",
        ),
    ],
    missing: &[],
    doc: "What API Management adds to text",
};

/// What APIM adds to bytes.
pub static BYTES_EXTENSIONS: NetType = NetType {
    namespace: NAMESPACE,
    name: "BytesExtensions",
    kind: Kind::Static,
    bases: &[],
    members: &[
        row(
            "static byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv)",
            |call| by_name(call, Direction::Encrypt),
            "Encrypts with the cipher of a name, such as `Aes`",
        ),
        row(
            "static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg)",
            |call| by_object(call, Direction::Encrypt),
            "Encrypts with a cipher and its key",
        ),
        row(
            "static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
            |call| by_object(call, Direction::Encrypt),
            "Encrypts with a cipher and another key",
        ),
        row(
            "static byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv)",
            |call| by_name(call, Direction::Decrypt),
            "Decrypts with the cipher of a name, such as `Aes`",
        ),
        row(
            "static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg)",
            |call| by_object(call, Direction::Decrypt),
            "Decrypts with a cipher and its key",
        ),
        row(
            "static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
            |call| by_object(call, Direction::Decrypt),
            "Decrypts with a cipher and another key",
        ),
    ],
    missing: &[],
    doc: "What API Management adds to bytes",
};

fn by_name(call: &mut Call<'_, '_>, direction: Direction) -> Result<Value, Thrown> {
    let name = call.text(1, "alg")?;
    let Some(algorithm) = Algorithm::from_name(&name.to_str()) else {
        return Err(Exception::argument(&format!("'{name}' is not a known symmetric algorithm."), "alg").into());
    };
    let cipher = symmetric::symmetric(algorithm);
    run(call, &cipher, direction)
}

fn by_object(call: &mut Call<'_, '_>, direction: Direction) -> Result<Value, Thrown> {
    call.object::<symmetric::Cipher>(1, "alg")?;
    let cipher = call.value(1);
    run(call, &cipher, direction)
}

fn run(call: &mut Call<'_, '_>, cipher: &Value, direction: Direction) -> Result<Value, Thrown> {
    let Some(cipher) = cipher.downcast::<symmetric::Cipher>() else { return Err(Thrown::null_reference()) };
    let input = call.bytes(0, "input")?;
    let key = match call.arguments.len() {
        0..=2 => None,
        _ => {
            let vector = if call.value(3).is_null() { None } else { Some(call.bytes(3, "iv")?) };
            Some((call.bytes(2, "key")?, vector))
        }
    };
    cipher.run(call.machine, &input, key, direction)
}

/// A token: what its header and its claims say.
struct Token {
    algorithm: NetString,
    kind: NetString,
    claims: Rc<Claims>,
}

impl fmt::Debug for Token {
    /// Without what it says of someone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jwt")
    }
}

impl Object for Token {
    fn net_type(&self) -> Type {
        Type::of(&JWT)
    }
}

/// Claims by name; a claim that is an array has several values.
struct Claims(Vec<(NetString, Vec<NetString>)>);

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims")
    }
}

impl Object for Claims {
    fn net_type(&self) -> Type {
        Type::of(&JWT_CLAIMS)
    }

    fn enumerate(self: Rc<Self>) -> Option<Box<dyn Cursor>> {
        let mut at = 0;
        Some(Box::new(std::iter::from_fn(move || {
            let (name, values) = self.0.get(at)?;
            at += 1;
            let (key, value) = (Value::String(name.clone()), Value::strings(values.iter().cloned()));
            Some(Pair::value(Type::STRING, Type::Array(Rc::new(Type::STRING)), key, value))
        })))
    }
}

impl Claims {
    /// The values of a claim: of this very name, or else of one that differs in case only.
    fn get(&self, name: &NetString) -> Option<&[NetString]> {
        let same = |own: &&(NetString, Vec<NetString>)| own.0 == *name;
        let alike = |own: &&(NetString, Vec<NetString>)| match (own.0.as_str(), name.as_str()) {
            (Some(own), Some(name)) => own.eq_ignore_ascii_case(name),
            _ => false,
        };
        let found = self.0.iter().rev().find(same).or_else(|| self.0.iter().rev().find(alike));
        found.map(|(_, values)| values.as_slice())
    }

    /// The first value of a claim; empty if there is none.
    fn first(&self, name: &str) -> NetString {
        self.get(&name.into()).and_then(<[_]>::first).cloned().unwrap_or_default()
    }

    /// A claim that is a time in seconds since 1970.
    fn time(&self, name: &str) -> Option<DateTime> {
        const EPOCH: i64 = 621_355_968_000_000_000;
        const LAST: i64 = 3_155_378_975_999_999_999;
        let seconds: f64 = self.get(&name.into())?.first()?.to_str().parse().ok()?;
        // A number beyond every date is the last one. Conversion keeps to the limits of the type, and NaN is 0.
        let ticks = (seconds.floor().max(0.0) as i64).checked_mul(10_000_000).and_then(|ticks| ticks.checked_add(EPOCH));
        Some(DateTime { ticks: ticks.unwrap_or(LAST).min(LAST), kind: DateTimeKind::Utc })
    }
}

/// Reads a token of the text; null if there is none.
fn as_jwt(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let Some(text) = call.text_or_null(0)? else { return Ok(Value::Null) };
    call.machine.step(10 + text.size() as u64 / 10)?;
    call.machine.spend(text.size() * 2)?;
    Ok(token(&text.to_str()))
}

/// The value of a token, of type `Jwt`; null if the text is none.
pub(crate) fn token(text: &str) -> Value {
    let token = match text.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer ") => token,
        _ => text,
    };
    token_of(token.trim()).map_or(Value::Null, Value::object)
}

fn token_of(text: &str) -> Option<Token> {
    let token = dotnet::token::parse(text)?;
    Some(Token { algorithm: token.algorithm, kind: token.kind, claims: Rc::new(Claims(token.claims)) })
}

fn jwt(call: &Call<'_, '_>) -> Result<Rc<Token>, Thrown> {
    call.this_object()
}

fn claims(call: &Call<'_, '_>) -> Result<Rc<Claims>, Thrown> {
    call.this_object()
}

/// A token.
pub static JWT: NetType = NetType {
    namespace: NAMESPACE,
    name: "Jwt",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("string Algorithm", |call| Ok(jwt(call)?.algorithm.clone().into()), "What it is signed with: `RS256`"),
        row(
            "IEnumerable<string> Audiences",
            |call| {
                let token = jwt(call)?;
                let audiences = token.claims.get(&"aud".into()).unwrap_or_default().to_vec();
                call.machine.strings(audiences)
            },
            "Whom it is for: the claim `aud`",
        ),
        row("JwtClaims Claims", |call| Ok(Value::shared(jwt(call)?.claims.clone())), "All claims"),
        row(
            "DateTime? ExpirationTime",
            |call| Ok(jwt(call)?.claims.time("exp").into()),
            "When it ends to be valid, in UTC: the claim `exp`",
        ),
        row("string Id", |call| Ok(jwt(call)?.claims.first("jti").into()), "Its own id: the claim `jti`; empty if there is none"),
        row(
            "string Issuer",
            |call| Ok(jwt(call)?.claims.first("iss").into()),
            "Who made it: the claim `iss`; empty if there is none",
        ),
        row("DateTime? IssuedAt", |call| Ok(jwt(call)?.claims.time("iat").into()), "When it was made, in UTC: the claim `iat`"),
        row(
            "DateTime? NotBefore",
            |call| Ok(jwt(call)?.claims.time("nbf").into()),
            "When it starts to be valid, in UTC: the claim `nbf`",
        ),
        row(
            "string Subject",
            |call| Ok(jwt(call)?.claims.first("sub").into()),
            "Whom it is about: the claim `sub`; empty if there is none",
        ),
        row("string Type", |call| Ok(jwt(call)?.kind.clone().into()), "What kind of token: `JWT`"),
    ],
    missing: &[],
    doc: "A token. Reading one does not check its signature",
};

/// The values of a claim, as a value.
fn claim(call: &mut Call<'_, '_>, name: &NetString) -> Result<Option<Value>, Thrown> {
    match claims(call)?.get(name) {
        Some(values) => call.machine.strings(values.to_vec()).map(Some),
        None => Ok(None),
    }
}

/// The values of a claim with commas between them.
fn joined(call: &mut Call<'_, '_>) -> Result<Option<NetString>, Thrown> {
    let name = call.text(0, "key")?;
    let claims = claims(call)?;
    let Some(values) = claims.get(&name) else { return Ok(None) };
    if let [value] = values {
        return Ok(Some(value.clone()));
    }
    call.machine.spend(values.iter().map(|value| value.size() + 1).sum())?;
    let values: Vec<_> = values.iter().map(NetString::to_str).collect();
    Ok(Some(values.join(",").into()))
}

/// The claims of a token.
pub static JWT_CLAIMS: NetType = NetType {
    namespace: NAMESPACE,
    name: "JwtClaims",
    kind: Kind::Interface,
    bases: &["IReadOnlyDictionary<string, string[]>"],
    members: &[
        row(
            "string[] this[string key]",
            |call| {
                let name = call.text(0, "key")?;
                claim(call, &name)?.ok_or_else(|| {
                    let message = format!("The given key '{name}' was not present in the dictionary.");
                    Thrown::new("KeyNotFoundException", message)
                })
            },
            "The values of a claim, which must be there",
        ),
        row(
            "string GetValueOrDefault(string key)",
            |call| Ok(joined(call)?.into()),
            "The values of a claim with commas between them; null if it is not there",
        ),
        row(
            "string GetValueOrDefault(string key, string defaultValue)",
            |call| match joined(call)? {
                Some(value) => Ok(value.into()),
                None => Ok(call.value(1)),
            },
            "The values of a claim with commas between them, or another text if it is not there",
        ),
        row(
            "string[] GetValueOrDefault(string key, string[] defaultValue)",
            |call| {
                let key = call.text(0, "key")?;
                Ok(claim(call, &key)?.unwrap_or_else(|| call.value(1)))
            },
            "The values of a claim, or others if it is not there",
        ),
        row(
            "bool ContainsKey(string key)",
            |call| {
                let name = call.text(0, "key")?;
                Ok(Value::Bool(claims(call)?.get(&name).is_some()))
            },
            "True if there is such a claim",
        ),
        row(
            "bool TryGetValue(string key, out string[] value)",
            |call| {
                let name = call.text(0, "key")?;
                let value = claim(call, &name)?;
                let is_there = value.is_some();
                call.set_out(1, value.unwrap_or(Value::Null));
                Ok(Value::Bool(is_there))
            },
            "True if there is such a claim, and its values",
        ),
        row(
            "int Count",
            |call| Ok(Value::Int32(i32::try_from(claims(call)?.0.len()).unwrap_or(i32::MAX))),
            "How many claims there are",
        ),
        row(
            "IEnumerable<string> Keys",
            |call| {
                let names = claims(call)?.0.iter().map(|(name, _)| name.clone()).collect();
                call.machine.strings(names)
            },
            "The names of all claims",
        ),
        row(
            "IEnumerable<string[]> Values",
            |call| {
                let claims = claims(call)?;
                let mut all = Vec::new();
                for (_, values) in &claims.0 {
                    all.push(call.machine.strings(values.clone())?);
                }
                call.machine.spend(all.len() * size_of::<Value>())?;
                Ok(Value::array(Type::Array(Rc::new(Type::STRING)), all))
            },
            "The values of all claims",
        ),
    ],
    missing: &[],
    doc: "The claims of a token by name; upper and lower case are the same where no claim has the very name",
};

/// A name and a password.
struct Credentials {
    user: NetString,
    password: NetString,
}

impl fmt::Debug for Credentials {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicAuthCredentials")
    }
}

impl Object for Credentials {
    fn net_type(&self) -> Type {
        Type::of(&BASIC_AUTH_CREDENTIALS)
    }
}

/// Reads the value of a header; null if it has no name and password.
fn as_basic(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let Some(text) = call.text_or_null(0)? else { return Ok(Value::Null) };
    call.machine.step(10 + text.size() as u64 / 10)?;
    call.machine.spend(text.size() * 2)?;
    Ok(credentials(&text.to_str()).map_or(Value::Null, Value::object))
}

fn credentials(text: &str) -> Option<Credentials> {
    dotnet::token::basic(text).map(|(user, password)| Credentials { user, password })
}

/// A name and a password.
pub static BASIC_AUTH_CREDENTIALS: NetType = NetType {
    namespace: NAMESPACE,
    name: "BasicAuthCredentials",
    kind: Kind::Class,
    bases: &[],
    members: &[
        row("string UserId", |call| Ok(call.this_object::<Credentials>()?.user.clone().into()), "The name"),
        row("string Username", |call| Ok(call.this_object::<Credentials>()?.user.clone().into()), "The name"),
        row("string Password", |call| Ok(call.this_object::<Credentials>()?.password.clone().into()), "The password"),
    ],
    missing: &[],
    doc: "The name and the password of an `Authorization` header",
};
