//! Products: sets of APIs with terms.

use super::{
    Names, Reader,
    access::{API, GROUP},
};
use crate::{directory::Directory, fields::Fields, model::Product, tree::Part};
use diagnostic::Diagnostic;

/// Reads `products/`.
pub(super) fn read(section: &mut Directory, names: &Names, reader: &Reader<'_>) -> Vec<Product> {
    let mut products = Vec::new();
    for (name, mut directory) in reader.each(section) {
        let tree = reader.data(&mut directory, "productInformation", "products", &name);
        let fields = Fields::of_resource(&tree, reader.findings);
        fields.only(&[
            "displayName",
            "description",
            "terms",
            "subscriptionRequired",
            "approvalRequired",
            "subscriptionsLimit",
            "state",
        ]);
        let subscription_required = fields.truth("subscriptionRequired").unwrap_or(true);
        if !subscription_required {
            for key in ["approvalRequired", "subscriptionsLimit"].into_iter().filter(|key| says_something(&fields, key)) {
                let message = format!("`{key}` says nothing here: the product needs no subscription");
                let help = "remove it, or write `\"subscriptionRequired\": true`";
                reader.findings.push(Diagnostic::warning("product/open", fields.place(key, Part::Key), message).help(help));
            }
        }
        let apis = reader.links(&mut directory, "apis", "productApiInformation");
        let groups = reader.links(&mut directory, "groups", "productGroupInformation");
        let tags = reader.links(&mut directory, "tags", "productTagInformation");
        products.push(Product {
            workspace: reader.workspace(),
            display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
            description: fields.text("description").unwrap_or_default(),
            terms: fields.text("terms").unwrap_or_default(),
            subscription_required,
            approval_required: fields.truth("approvalRequired").unwrap_or_default(),
            subscriptions_limit: fields.whole("subscriptionsLimit"),
            published: fields.word("state", &[("published", true), ("notPublished", false)]).unwrap_or_default(),
            apis: reader.known_links(apis, &API, &names.apis),
            groups: reader.known_links(groups, &GROUP, &names.groups),
            tags: tags.into_iter().map(|(tag, _)| tag).collect(),
            policy: reader.policy(&mut directory),
            name,
        });
        reader.done(directory);
    }
    products
}

/// `null`, `false` and `0` are what an export writes for "nothing".
fn says_something(fields: &Fields<'_>, key: &str) -> bool {
    fields.value(key).is_some_and(|value| *value != false && *value != 0)
}
