//! `System.Uri`.

use crate::expr::{
    call::{Call, Thrown},
    machine::Machine,
    types::{Kind, Member, NetType, Type, row},
    value::{Object, Value},
};
use dotnet::{
    Exception, NetString,
    uri::{self, Uri, UriFormat, UriKind, UriPartial},
};
use std::{
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    rc::Rc,
};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&URI, &URI_KIND, &URI_PARTIAL, &URI_COMPONENTS, &URI_FORMAT, &URI_HOST_NAME_TYPE];

/// `System.Uri`
pub static URI: NetType = NetType {
    namespace: "System",
    name: "Uri",
    kind: Kind::Class,
    bases: &[],
    members: URI_MEMBERS,
    missing: &["GetObjectData", "HexUnescape", "TryEscapeDataString", "TryUnescapeDataString", "TryFormat"],
    doc: "A URI, absolute or relative",
};

const URI_MEMBERS: &[Member] = &[
    row("Uri(string uriString)", |call| new(call, UriKind::Absolute), "An absolute URI"),
    row(
        "Uri(string uriString, UriKind uriKind)",
        |call| {
            let kind = UriKind::from_number(call.enumeration(1)?);
            new(call, kind?)
        },
        "A URI of a kind",
    ),
    row(
        "Uri(Uri baseUri, string relativeUri)",
        |call| {
            let base = uri_at(call, 0, "baseUri")?;
            let relative = call.text_or_null(1)?.unwrap_or_default();
            spend(call, &relative)?;
            Ok(value(base.resolve(&relative.to_str())?))
        },
        "Where a relative URI leads from a base",
    ),
    row(
        "Uri(Uri baseUri, Uri relativeUri)",
        |call| {
            let base = uri_at(call, 0, "baseUri")?;
            let relative = call.object::<UriObject>(1, "relativeUri")?.0.clone();
            Ok(value(base.resolve_uri(&relative)?))
        },
        "Where a relative URI leads from a base",
    ),
    row(
        "static bool TryCreate(string uriString, UriKind uriKind, out Uri result)",
        try_create,
        "Whether text is a URI of a kind, and which",
    ),
    row(
        "static bool TryCreate(Uri baseUri, string relativeUri, out Uri result)",
        |call| {
            let base = call.value(0).downcast::<UriObject>().filter(|base| base.0.is_absolute());
            let made = match (base, call.text_or_null(1)?) {
                (Some(base), Some(relative)) => {
                    spend(call, &relative)?;
                    base.0.resolve(&relative.to_str()).ok()
                }
                _ => None,
            };
            created(call, made)
        },
        "Whether a relative URI leads somewhere from a base, and where",
    ),
    row(
        "static bool TryCreate(Uri baseUri, Uri relativeUri, out Uri result)",
        |call| {
            let base = call.value(0).downcast::<UriObject>().filter(|base| base.0.is_absolute());
            let relative = call.value(1).downcast::<UriObject>();
            let made = base.zip(relative).and_then(|(base, relative)| base.0.resolve_uri(&relative.0).ok());
            created(call, made)
        },
        "Whether a relative URI leads somewhere from a base, and where",
    ),
    row("bool IsAbsoluteUri", |call| Ok(this(call)?.is_absolute().into()), "Whether it is absolute"),
    row("string AbsoluteUri", |call| Ok(Value::text(this(call)?.absolute_uri()?)), "All of it, escaped"),
    row("string AbsolutePath", |call| Ok(Value::text(this(call)?.path()?)), "The path, escaped"),
    row("string LocalPath", |call| Ok(Value::text(this(call)?.local_path()?)), "The path as a file has it, not escaped"),
    row("string PathAndQuery", |call| Ok(Value::text(this(call)?.path_and_query()?)), "Path and query, escaped"),
    row("string Query", |call| Ok(Value::text(this(call)?.query()?)), "The query with its question mark, escaped"),
    row("string Fragment", |call| Ok(Value::text(this(call)?.fragment()?)), "The fragment with its hash, escaped"),
    row(
        "string[] Segments",
        |call| {
            let uri = this(call)?;
            let segments = uri.segments()?.into_iter().map(NetString::from).collect();
            call.machine.strings(segments)
        },
        "The path, cut behind every slash",
    ),
    row("string Scheme", |call| Ok(Value::text(this(call)?.scheme()?)), "Like `https`"),
    row(
        "string Authority",
        |call| Ok(Value::text(this(call)?.authority()?)),
        "The host, and the port if it is not the scheme's own",
    ),
    row("string Host", |call| Ok(Value::text(this(call)?.host()?)), "The host; an IPv6 address has brackets"),
    row("string DnsSafeHost", |call| Ok(Value::text(this(call)?.dns_safe_host()?)), "The host without brackets"),
    row("string IdnHost", |call| Ok(Value::text(this(call)?.idn_host()?)), "The host in ASCII"),
    row(
        "UriHostNameType HostNameType",
        |call| Ok(Value::Enum(&URI_HOST_NAME_TYPE, this(call)?.host_kind()? as i64)),
        "What the host is",
    ),
    row("int Port", |call| Ok(this(call)?.port()?.into()), "The port, or -1"),
    row("bool IsDefaultPort", |call| Ok(this(call)?.is_default_port()?.into()), "Whether the port is the scheme's own"),
    row("string UserInfo", |call| Ok(Value::text(this(call)?.user_info()?)), "User and password, escaped"),
    row("bool UserEscaped", |_| Ok(false.into()), "False"),
    row("bool IsFile", |call| Ok(this(call)?.is_file()?.into()), "Whether the scheme is `file`"),
    row("bool IsUnc", |call| Ok(this(call)?.is_unc()?.into()), "Whether it is a share of a server"),
    row("bool IsLoopback", |call| Ok(this(call)?.is_loopback()?.into()), "Whether the host is the machine itself"),
    row("string OriginalString", |call| Ok(Value::text(this(call)?.original())), "What it was made from"),
    row(
        "string ToString()",
        |call| Ok(Value::text(this(call)?.to_string())),
        "All of it, with escapes resolved where that is safe",
    ),
    row(
        "string GetLeftPart(UriPartial part)",
        |call| {
            let part = match call.enumeration(0)? {
                0 => UriPartial::Scheme,
                1 => UriPartial::Authority,
                2 => UriPartial::Path,
                _ => UriPartial::Query,
            };
            Ok(Value::text(this(call)?.left_part(part)?))
        },
        "All of it up to a part",
    ),
    row(
        "string GetComponents(UriComponents components, UriFormat format)",
        |call| {
            let format = format_at(call, 1)?;
            Ok(Value::text(this(call)?.components(call.enumeration(0)?, format)?))
        },
        "Some of its parts",
    ),
    row(
        "Uri MakeRelativeUri(Uri uri)",
        |call| Ok(value(this(call)?.make_relative(&*uri_at(call, 0, "uri")?)?)),
        "How another is reached from here",
    ),
    row(
        "bool IsBaseOf(Uri uri)",
        |call| Ok(this(call)?.is_base_of(&*uri_at(call, 0, "uri")?)?.into()),
        "Whether another is below it",
    ),
    row(
        "bool IsWellFormedOriginalString()",
        |call| Ok(this(call)?.is_well_formed().into()),
        "Whether nothing of it needed to be escaped",
    ),
    row(
        "bool Equals(object comparand)",
        |call| {
            let other = call.value(0);
            Ok(same(&*this(call)?, &other).into())
        },
        "Whether both are equal, whatever their users and fragments",
    ),
    row("static bool operator ==(Uri uri1, Uri uri2)", |call| Ok(equal(call).into()), "Whether both are equal"),
    row("static bool operator !=(Uri uri1, Uri uri2)", |call| Ok((!equal(call)).into()), "Whether they differ"),
    row(
        "static string EscapeDataString(string stringToEscape)",
        |call| escaped(call, uri::escape_data_string),
        "Text that can be a part of a URI: all but letters, digits and `-._~` is escaped",
    ),
    row(
        "static string EscapeUriString(string stringToEscape)",
        |call| escaped(call, uri::escape_uri_string),
        "Text that can be a URI: what separates its parts is not escaped",
    ),
    row(
        "static string UnescapeDataString(string stringToUnescape)",
        |call| {
            let text = call.text(0, "stringToUnescape")?;
            spend(call, &text)?;
            Ok(Value::text(uri::unescape_data_string(&text.to_str())))
        },
        "Text with its escapes resolved",
    ),
    row(
        "static string HexEscape(char character)",
        |call| match u8::try_from(call.character(0)?) {
            Ok(byte) => Ok(Value::text(format!("%{byte:02X}"))),
            Err(_) => Err(out_of_range("character").into()),
        },
        "A character of Latin 1 as an escape",
    ),
    row(
        "static bool IsHexDigit(char character)",
        |call| Ok(hex(call)?.is_some().into()),
        "Whether a character is a hexadecimal digit",
    ),
    row(
        "static int FromHex(char digit)",
        |call| {
            let digit = hex(call)?.ok_or_else(|| Exception::argument("Value does not fall within the expected range.", "digit"));
            Ok(digit.map(u32::cast_signed)?.into())
        },
        "What a hexadecimal digit counts",
    ),
    row(
        "static bool IsHexEncoding(string pattern, int index)",
        |call| {
            let text = call.text(0, "pattern")?;
            let index = usize::try_from(call.int(1)?).ok();
            let part = index.and_then(|index| text.slice(index, 3));
            let is_escape = part.is_some_and(|part| {
                let part = part.to_str();
                part.starts_with('%') && part.chars().skip(1).filter(char::is_ascii_hexdigit).count() == 2
            });
            Ok(is_escape.into())
        },
        "Whether an escape stands at a position",
    ),
    row(
        "static bool IsWellFormedUriString(string uriString, UriKind uriKind)",
        |call| {
            let kind = UriKind::from_number(call.enumeration(1)?)?;
            let Some(text) = call.text_or_null(0)? else { return Ok(false.into()) };
            spend(call, &text)?;
            Ok(Uri::new(&text.to_str(), kind).is_ok_and(|uri| uri.is_well_formed()).into())
        },
        "Whether text is a URI of which nothing needs to be escaped",
    ),
    row(
        "static UriHostNameType CheckHostName(string name)",
        |call| {
            let name = call.text_or_null(0)?.unwrap_or_default();
            Ok(Value::Enum(&URI_HOST_NAME_TYPE, Uri::check_host_name(&name.to_str()) as i64))
        },
        "What the name of a host is",
    ),
    row(
        "static bool CheckSchemeName(string schemeName)",
        |call| Ok(call.text_or_null(0)?.is_some_and(|name| Uri::check_scheme_name(&name.to_str())).into()),
        "Whether text can be a scheme",
    ),
    row(
        "static int Compare(Uri uri1, Uri uri2, UriComponents partsToCompare, UriFormat compareFormat, \
         StringComparison comparisonType)",
        compare,
        "Negative, zero or positive: some parts of both compared",
    ),
    row("static string UriSchemeHttp", |_| Ok(Value::text("http")), "`http`"),
    row("static string UriSchemeHttps", |_| Ok(Value::text("https")), "`https`"),
    row("static string UriSchemeFtp", |_| Ok(Value::text("ftp")), "`ftp`"),
    row("static string UriSchemeFtps", |_| Ok(Value::text("ftps")), "`ftps`"),
    row("static string UriSchemeFile", |_| Ok(Value::text("file")), "`file`"),
    row("static string UriSchemeGopher", |_| Ok(Value::text("gopher")), "`gopher`"),
    row("static string UriSchemeMailto", |_| Ok(Value::text("mailto")), "`mailto`"),
    row("static string UriSchemeNews", |_| Ok(Value::text("news")), "`news`"),
    row("static string UriSchemeNntp", |_| Ok(Value::text("nntp")), "`nntp`"),
    row("static string UriSchemeSftp", |_| Ok(Value::text("sftp")), "`sftp`"),
    row("static string UriSchemeSsh", |_| Ok(Value::text("ssh")), "`ssh`"),
    row("static string UriSchemeTelnet", |_| Ok(Value::text("telnet")), "`telnet`"),
    row("static string UriSchemeWs", |_| Ok(Value::text("ws")), "`ws`"),
    row("static string UriSchemeWss", |_| Ok(Value::text("wss")), "`wss`"),
    row("static string UriSchemeNetTcp", |_| Ok(Value::text("net.tcp")), "`net.tcp`"),
    row("static string UriSchemeNetPipe", |_| Ok(Value::text("net.pipe")), "`net.pipe`"),
    row("static string SchemeDelimiter", |_| Ok(Value::text("://")), "`://`"),
];

macro_rules! enumeration {
    ($name:ident, $net:literal, $members:expr, $doc:literal) => {
        #[doc = concat!("`System.", $net, "`")]
        static $name: NetType = NetType {
            namespace: "System",
            name: $net,
            kind: Kind::Enum($members),
            bases: &[],
            members: &[],
            missing: &[],
            doc: $doc,
        };
    };
}

enumeration!(URI_KIND, "UriKind", &[("RelativeOrAbsolute", 0), ("Absolute", 1), ("Relative", 2)], "What a URI may be");
enumeration!(
    URI_PARTIAL,
    "UriPartial",
    &[("Scheme", 0), ("Authority", 1), ("Path", 2), ("Query", 3)],
    "The last part that `Uri.GetLeftPart` gives"
);
enumeration!(
    URI_HOST_NAME_TYPE,
    "UriHostNameType",
    &[("Unknown", 0), ("Basic", 1), ("Dns", 2), ("IPv4", 3), ("IPv6", 4)],
    "What a host is"
);
enumeration!(URI_FORMAT, "UriFormat", &[("UriEscaped", 1), ("Unescaped", 2), ("SafeUnescaped", 3)], "How escapes are shown");
enumeration!(
    URI_COMPONENTS,
    "UriComponents",
    &[
        ("Scheme", 1),
        ("UserInfo", 2),
        ("Host", 4),
        ("Port", 8),
        ("Path", 16),
        ("Query", 32),
        ("Fragment", 64),
        ("StrongPort", 128),
        ("NormalizedHost", 256),
        ("KeepDelimiter", 0x4000_0000),
        ("AbsoluteUri", 127),
        ("HostAndPort", 132),
        ("StrongAuthority", 134),
        ("SchemeAndServer", 13),
        ("HttpRequestUrl", 61),
        ("PathAndQuery", 48),
    ],
    "Parts of a URI"
);

/// A `Uri`.
#[derive(Debug)]
struct UriObject(Rc<Uri>);

impl Object for UriObject {
    fn net_type(&self) -> Type {
        Type::of(&URI)
    }

    fn text(&self, _machine: &mut Machine<'_>) -> Result<NetString, Thrown> {
        Ok(self.0.to_string().into())
    }

    fn equals(&self, other: &Value) -> Option<bool> {
        Some(same(&self.0, other))
    }

    fn hash(&self) -> Option<i32> {
        Some(BuildHasherDefault::<DefaultHasher>::default().hash_one(&*self.0) as i32)
    }
}

/// A `Uri` for an expression.
pub(crate) fn value(uri: Uri) -> Value {
    Value::object(UriObject(Rc::new(uri)))
}

/// The `Uri` that a value is.
pub(crate) fn of(value: &Value) -> Option<Rc<Uri>> {
    value.downcast_ref::<UriObject>().map(|uri| uri.0.clone())
}

fn this(call: &Call<'_, '_>) -> Result<Rc<Uri>, Thrown> {
    Ok(call.this_object::<UriObject>()?.0.clone())
}

fn uri_at(call: &Call<'_, '_>, at: usize, parameter: &str) -> Result<Rc<Uri>, Thrown> {
    Ok(call.object::<UriObject>(at, parameter)?.0.clone())
}

/// Every character may become an escape, in some parts of the URI and in the whole.
fn spend(call: &mut Call<'_, '_>, text: &NetString) -> Result<(), Thrown> {
    call.machine.spend(text.size().saturating_mul(4))
}

fn new(call: &mut Call<'_, '_>, kind: UriKind) -> Result<Value, Thrown> {
    let text = call.text(0, "uriString")?;
    spend(call, &text)?;
    Ok(value(Uri::new(&text.to_str(), kind)?))
}

fn try_create(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let kind = UriKind::from_number(call.enumeration(1)?)?;
    let made = match call.text_or_null(0)? {
        Some(text) => {
            spend(call, &text)?;
            Uri::new(&text.to_str(), kind).ok()
        }
        None => None,
    };
    created(call, made)
}

fn created(call: &mut Call<'_, '_>, made: Option<Uri>) -> Result<Value, Thrown> {
    let is_made = made.is_some();
    call.set_out(2, made.map_or(Value::Null, value));
    Ok(is_made.into())
}

fn same(uri: &Uri, other: &Value) -> bool {
    match other {
        Value::String(text) => Uri::new(&text.to_str(), UriKind::RelativeOrAbsolute).is_ok_and(|other| other == *uri),
        other => other.downcast_ref::<UriObject>().is_some_and(|other| *other.0 == *uri),
    }
}

fn equal(call: &Call<'_, '_>) -> bool {
    match (call.value(0).downcast::<UriObject>(), call.value(1).downcast::<UriObject>()) {
        (Some(one), Some(other)) => one.0 == other.0,
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn escaped(call: &mut Call<'_, '_>, escape: fn(&NetString) -> String) -> Result<Value, Thrown> {
    let text = call.text(0, "stringToEscape")?;
    spend(call, &text)?;
    Ok(Value::text(escape(&text)))
}

fn hex(call: &Call<'_, '_>) -> Result<Option<u32>, Thrown> {
    Ok(char::from_u32(call.character(0)?.into()).and_then(|character| character.to_digit(16)))
}

fn out_of_range(parameter: &str) -> Exception {
    Exception::argument_out_of_range("Specified argument was out of the range of valid values.", parameter)
}

fn format_at(call: &Call<'_, '_>, at: usize) -> Result<UriFormat, Thrown> {
    match call.enumeration(at)? {
        1 => Ok(UriFormat::UriEscaped),
        2 => Ok(UriFormat::Unescaped),
        3 => Ok(UriFormat::SafeUnescaped),
        _ => Err(out_of_range("format").into()),
    }
}

fn compare(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (parts, format, comparison) = (call.enumeration(2)?, format_at(call, 3)?, call.enumeration(4)?);
    let (one, other) = match (call.value(0).downcast::<UriObject>(), call.value(1).downcast::<UriObject>()) {
        (Some(one), Some(other)) => (one, other),
        (one, other) => return Ok((i32::from(one.is_some()) - i32::from(other.is_some())).into()),
    };
    let text = |uri: &UriObject| -> Result<NetString, Thrown> {
        let text = if uri.0.is_absolute() { uri.0.components(parts, format)? } else { uri.0.to_string() };
        // The comparisons with an odd number leave case out.
        Ok(if comparison % 2 == 1 { text.to_uppercase().into() } else { text.into() })
    };
    Ok((text(&one)?.cmp(&text(&other)?) as i32).into())
}
