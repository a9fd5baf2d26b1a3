//! Types as written become types of the library.

use super::{Checker, suggestion};
use crate::expr::{
    ast::{Identifier, TypeKind, TypeName},
    signature,
    types::{NetType, Type},
};

/// The types that APIM lets an expression use (reference: APIM, B2). One that is not in the library is ours to add.
pub const ALLOWED: &[&str] = &[
    "Formatting",
    "JsonConvert",
    "Extensions",
    "JArray",
    "JConstructor",
    "JContainer",
    "JObject",
    "JProperty",
    "JRaw",
    "JToken",
    "JTokenType",
    "JValue",
    "Array",
    "BitConverter",
    "Boolean",
    "Byte",
    "Char",
    "Convert",
    "DateTime",
    "DateTimeKind",
    "DateTimeOffset",
    "Decimal",
    "Double",
    "Enum",
    "Exception",
    "Guid",
    "Int16",
    "Int32",
    "Int64",
    "Math",
    "MidpointRounding",
    "Nullable",
    "Random",
    "SByte",
    "Single",
    "String",
    "StringComparer",
    "StringComparison",
    "StringSplitOptions",
    "TimeSpan",
    "TimeZone",
    "TimeZoneInfo",
    "Tuple",
    "UInt16",
    "UInt32",
    "UInt64",
    "Uri",
    "UriPartial",
    "Dictionary",
    "HashSet",
    "ICollection",
    "IDictionary",
    "IEnumerable",
    "IEnumerator",
    "IList",
    "IReadOnlyCollection",
    "IReadOnlyDictionary",
    "ISet",
    "KeyValuePair",
    "List",
    "Queue",
    "Stack",
    "Enumerable",
    "StringReader",
    "StringWriter",
    "IPAddress",
    "WebUtility",
    "AsymmetricAlgorithm",
    "CipherMode",
    "HashAlgorithm",
    "HashAlgorithmName",
    "HMAC",
    "HMACMD5",
    "HMACSHA1",
    "HMACSHA256",
    "HMACSHA384",
    "HMACSHA512",
    "KeyedHashAlgorithm",
    "MD5",
    "Oid",
    "PaddingMode",
    "RNGCryptoServiceProvider",
    "RSA",
    "RSAEncryptionPadding",
    "RSASignaturePadding",
    "SHA1",
    "SHA1Managed",
    "SHA256",
    "SHA256Managed",
    "SHA384",
    "SHA384Managed",
    "SHA512",
    "SHA512Managed",
    "SymmetricAlgorithm",
    "PublicKey",
    "RSACertificateExtensions",
    "X500DistinguishedName",
    "X509Certificate",
    "X509Certificate2",
    "X509ContentType",
    "X509NameType",
    "Encoding",
    "StringBuilder",
    "Capture",
    "CaptureCollection",
    "Group",
    "GroupCollection",
    "Match",
    "Regex",
    "RegexOptions",
    "XmlNodeType",
    "XAttribute",
    "XCData",
    "XComment",
    "XContainer",
    "XDeclaration",
    "XDocument",
    "XDocumentType",
    "XElement",
    "XName",
    "XNamespace",
    "XNode",
    "XNodeDocumentOrderComparer",
    "XNodeEqualityComparer",
    "XObject",
    "XProcessingInstruction",
    "XText",
];

/// Types that people reach for and that APIM does not allow.
const REFUSED: &[&str] = &[
    "Console",
    "Environment",
    "File",
    "Directory",
    "Path",
    "HttpClient",
    "WebClient",
    "Task",
    "Thread",
    "Process",
    "Activator",
    "Assembly",
    "Type",
    "Debug",
    "Trace",
    "Stream",
    "MemoryStream",
    "StreamReader",
    "XmlSerializer",
    "DataTable",
    "BigInteger",
    "Stopwatch",
    "Lazy",
    "WeakReference",
    "GC",
    "AppDomain",
    "ConfigurationManager",
    "JsonSerializer",
    "JsonDocument",
    "ConcurrentDictionary",
    "ImmutableList",
    "CultureInfo",
    "JwtSecurityTokenHandler",
    "X509Chain",
    "X509Store",
    "Rijndael",
];

impl Checker {
    /// The type that is written, or `Unknown` with a mistake reported.
    pub(super) fn type_of(&mut self, name: &TypeName) -> Type {
        match &name.kind {
            TypeKind::Array(element) => Type::Array(self.type_of(element).into()),
            TypeKind::Nullable(inner) => self.type_of(inner).nullable(),
            TypeKind::Named(parts) => {
                let Some(((last, generics), before)) = parts.split_last() else { return Type::Unknown };
                let generics: Vec<Type> = generics.iter().map(|generic| self.type_of(generic)).collect();
                let namespace: Vec<&str> = before.iter().map(|(part, _)| &*part.text).collect();
                self.named(&namespace.join("."), last, generics)
            }
        }
    }

    /// A type by namespace (may be empty) and simple name.
    pub(super) fn named(&mut self, namespace: &str, name: &Identifier, generics: Vec<Type>) -> Type {
        if let Some(kind) = find(namespace, &name.text, &generics) {
            return kind;
        }
        let all = signature::types_named(&name.text);
        let here: Vec<&NetType> = all.iter().copied().filter(|net_type| in_namespace(net_type, namespace)).collect();
        if let Some(other) = here.first() {
            let arity = signature::type_parameters(other).len();
            let message = match arity {
                0 => format!("`{}` has no type arguments", name.text),
                _ => format!("`{}` needs {arity} type argument{}", name.text, if arity == 1 { "" } else { "s" }),
            };
            self.error("expression/type-arguments", name.span, message, Some(format!("write `{}`", other.name)));
        } else if let Some(other) = all.first() {
            let message = format!("`{}` is not in `{namespace}`", name.text);
            self.error(
                "expression/type-unknown",
                name.span,
                message,
                Some(format!("write `{}.{}`", other.namespace, other.name)),
            );
        } else if ALLOWED.contains(&&*name.text) {
            let message = format!("`{}` is a type that APIM allows and this build of Portico does not have yet", name.text);
            self.error("expression/type-missing", name.span, message, Some("see `docs/expressions.md` for what there is".into()));
        } else if REFUSED.contains(&&*name.text) {
            let message = format!("policies may not use the type `{}`", name.text);
            self.error(
                "expression/type-not-allowed",
                name.span,
                message,
                Some("see `docs/expressions.md` for what they may use".into()),
            );
        } else {
            let names = signature::type_names();
            let help =
                suggestion(&name.text, names, Some("see `docs/expressions.md` for the types that policies may use".into()));
            self.error("expression/type-unknown", name.span, format!("there is no type `{}`", name.text), help);
        }
        Type::Unknown
    }
}

/// A type by its name, where there is one.
pub(super) fn find(namespace: &str, name: &str, generics: &[Type]) -> Option<Type> {
    if let Some(kind) = signature::named_type(name, generics.to_vec()) {
        let fits = match &kind {
            Type::Named(net_type, _) if namespace.is_empty() || in_namespace(net_type, namespace) => true,
            Type::Named(..) => false,
            // Delegates and `Nullable<T>` are in `System`.
            _ => namespace.is_empty() || namespace == "System",
        };
        if fits {
            return Some(kind);
        }
        // Two types of one name in two namespaces.
        let others = signature::types_named(name);
        let other = others
            .iter()
            .find(|net_type| in_namespace(net_type, namespace) && signature::type_parameters(net_type).len() == generics.len())?;
        return Some(Type::Named(other, generics.to_vec()));
    }
    None
}

fn in_namespace(net_type: &NetType, namespace: &str) -> bool {
    namespace.is_empty() || net_type.namespace == namespace
}
