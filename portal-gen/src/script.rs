//! Scripts of the portal: what the build puts into them.
//!
//! `t("key")` becomes the text of a message, or an object of its plural forms, as a literal; `sentences("console")` an object of
//! what the console's core says, by its English; `asset("name.js")` the address of another asset beside the script, with the mark
//! of its content. So a page needs no request to learn its language, and no
//! script needs an inline element that a content security policy would refuse.

use crate::messages::Messages;

/// A script with literals in the place of its marks. `address` knows where other assets are.
pub(crate) fn filled(script: &str, messages: &Messages, address: &dyn Fn(&str) -> Option<String>) -> String {
    let with_texts = replaced(script, "t(\"", &|key| Some(messages.for_script(key)?.to_string()));
    let with_texts =
        replaced(&with_texts, "sentences(\"", &|whose| (whose == "console").then(|| messages.sentences().to_string()));
    replaced(&with_texts, "asset(\"", &|name| Some(serde_json::Value::from(address(name)?).to_string()))
}

/// Whether a script says something to people.
pub(crate) fn has_texts(script: &str) -> bool {
    let mut has = false;
    replaced_with(script, "t(\"", &mut |_| {
        has = true;
        None
    });
    has
}

fn replaced(script: &str, call: &str, literal: &dyn Fn(&str) -> Option<String>) -> String {
    replaced_with(script, call, &mut |name| literal(name))
}

/// Puts literals in the place of calls: `t("key")`, where `t` is a word of its own. What has no literal stays as it is.
fn replaced_with(script: &str, call: &str, literal: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(script.len() + 256);
    let mut rest = script;
    while let Some(at) = rest.find(call) {
        let is_word = !rest[..at].chars().next_back().is_some_and(|last| last.is_alphanumeric() || "_$.".contains(last));
        let after = &rest[at + call.len()..];
        let found = after.split_once("\")").filter(|(name, _)| is_word && !name.contains(['"', '\n']));
        match found.and_then(|(name, after)| Some((literal(name)?, after))) {
            Some((literal, after)) => {
                out.push_str(&rest[..at]);
                // What would end a script element early cannot be in a file of its own, but costs nothing to avoid.
                out.push_str(&literal.replace("</", "<\\/"));
                rest = after;
            }
            None => {
                out.push_str(&rest[..at + call.len()]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{filled, has_texts};
    use crate::messages::Messages;
    use diagnostic::Diagnostics;

    #[test]
    fn texts_and_addresses_are_put_in_as_literals() {
        let german = Messages::new("de", &[], &mut Diagnostics::new());
        let script =
            "a = t(\"copy\"); b = t(\"apis-count\"); c = set(\"copy\"); d = t(\"nothing-such\"); import(asset(\"x.js\"))";
        assert_eq!(
            filled(script, &german, &|name| (name == "x.js").then(|| "./x.de.js?v=1".to_owned())),
            "a = \"Kopieren\"; b = {\"one\":\"{count} API\",\"other\":\"{count} APIs\"}; c = set(\"copy\"); d = t(\"nothing-such\"); import(\"./x.de.js?v=1\")"
        );
        assert!(has_texts(script) && !has_texts("set(\"copy\")"));
    }
}
