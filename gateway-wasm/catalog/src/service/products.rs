//! Products: sets of APIs with terms.

use super::{
    Names, Reader,
    access::{API, GROUP},
    labels, split_revision,
};
use crate::{directory::Directory, fields::Fields, findings::Findings, model::Product, tree::Part};
use diagnostic::{Diagnostic, Place};

/// Where an open product says that it holds an API.
pub(super) struct OpenLink {
    workspace: Option<String>,
    product: String,
    api: String,
    place: Place,
}

/// Reads `products/`.
pub(super) fn read(section: &mut Directory, names: &Names, open: &mut Vec<OpenLink>, reader: &Reader<'_>) -> Vec<Product> {
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
        if !subscription_required {
            let link = |(api, place): &(String, Place)| OpenLink {
                workspace: reader.workspace(),
                product: name.clone(),
                api: split_revision(api).0.to_owned(),
                place: place.clone(),
            };
            open.extend(apis.iter().map(link));
        }
        let groups = reader.links(&mut directory, "groups", "productGroupInformation");
        products.push(Product {
            workspace: reader.workspace(),
            display_name: fields.title("displayName").unwrap_or_else(|| name.clone()),
            description: fields.text("description").unwrap_or_default(),
            terms: fields.text("terms").unwrap_or_default(),
            subscription_required,
            opened_at: (!subscription_required).then(|| fields.place("subscriptionRequired", Part::Value)),
            approval_required: fields.truth("approvalRequired").unwrap_or_default(),
            subscriptions_limit: fields.whole("subscriptionsLimit"),
            published: fields.word("state", &[("published", true), ("notPublished", false)]).unwrap_or_default(),
            apis: reader.known_links(apis, &API, &names.apis),
            groups: reader.known_links(groups, &GROUP, &names.groups),
            tags: labels::linked(&mut directory, "productTagInformation", names, reader),
            policy: reader.policy(&mut directory),
            name,
        });
        reader.done(directory);
    }
    products
}

/// Calls without a key run in the context of the one open product that holds the API, so there can be only one.
pub(super) fn one_open_each(open: &[OpenLink], findings: &Findings) {
    for (index, link) in open.iter().enumerate() {
        let same =
            |other: &&OpenLink| other.workspace == link.workspace && other.api == link.api && other.product != link.product;
        let Some(other) = open[..index].iter().find(same) else { continue };
        let message = format!("the API `{}` is in two open products, `{}` and `{}`", link.api, other.product, link.product);
        findings.push(
            Diagnostic::error("product/two-open", link.place.clone(), message).label(other.place.clone(), "the other one").help(
                "a call without a key belongs to one product: take the API out of one of them, or make one require subscriptions",
            ),
        );
    }
}

/// `null`, `false` and `0` are what an export writes for "nothing".
fn says_something(fields: &Fields<'_>, key: &str) -> bool {
    fields.value(key).is_some_and(|value| *value != false && *value != 0)
}
