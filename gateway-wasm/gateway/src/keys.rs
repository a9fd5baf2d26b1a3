//! Who calls: subscription keys, exactly as APIM resolves them (reference: APIM, C6).

use crate::{
    plan::{Plan, PlanApi, PlanScope, PlanSubscription},
    routes::{query_value, unescaped},
};
use std::collections::HashMap;
use wire::RequestHead;

/// Every key, and the subscription that it belongs to.
///
/// Keys are found by a hash that is seeded anew in every instance, and then compared in constant time, so that neither tells
/// anything about other keys.
#[derive(Debug, Default)]
pub(crate) struct KeyRing {
    subscriptions: HashMap<String, u32>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// In which context.
    pub(crate) caller: Caller,
    /// The subscription and the key that was given.
    pub(crate) subscription: Option<(u32, String)>,
}

/// In which context a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// As a subscriber to a product, or to an open one: the product's policy applies.
    Product(u32),
    /// Otherwise.
    Api,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoKey,
    BadKey,
}

impl Refusal {
    /// APIM's word for it in `context.LastError` (reference: APIM, C4).
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Refusal::NoKey => "SubscriptionKeyNotFound",
            Refusal::BadKey => "SubscriptionKeyInvalid",
        }
    }

    /// The sentence of `context.LastError`, which for a missing key is not quite that of the body.
    pub(crate) fn error_message(self) -> &'static str {
        match self {
            Refusal::NoKey => {
                "Access denied due to missing subscription key. Make sure to include subscription key when making requests to this API."
            }
            Refusal::BadKey => self.message(),
        }
    }

    /// The sentences of APIM's 401 (reference: APIM, C5).
    pub(crate) fn message(self) -> &'static str {
        match self {
            Refusal::NoKey => {
                "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
            }
            Refusal::BadKey => {
                "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
            }
        }
    }
}

impl KeyRing {
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut subscriptions = HashMap::new();
        for (subscription, index) in plan.subscriptions.iter().zip(0..) {
            for key in subscription.keys.iter().flatten() {
                subscriptions.entry(key.clone()).or_insert(index);
            }
        }
        Self { subscriptions }
    }

    /// Finds out who calls. The header comes before the query; without a key, an open product comes before an open API.
    pub(crate) fn identify(
        &self,
        plan: &Plan,
        api: &PlanApi,
        head: &RequestHead,
        now_seconds: impl Fn() -> i64,
    ) -> Result<Identity, Refusal> {
        let in_header = head.fields().get(&api.key_header).map(String::from_utf8_lossy);
        let query = head.target().split_once('?').map_or("", |(_, query)| query);
        let key = in_header.or_else(|| query_value(query, &api.key_query).map(unescaped));
        if let Some(key) = key {
            let (found, &index) = self.subscriptions.get_key_value(&*key).ok_or(Refusal::BadKey)?;
            let subscription = plan.subscriptions.get(index as usize).filter(|_| is_same(found.as_bytes(), key.as_bytes()));
            let subscription = subscription.filter(|subscription| is_valid(subscription, &now_seconds)).ok_or(Refusal::BadKey)?;
            let caller = opens(subscription, api).ok_or(Refusal::BadKey)?;
            return Ok(Identity { caller, subscription: Some((index, key.into_owned())) });
        }
        let open_product = api
            .products
            .iter()
            .copied()
            .find(|&product| plan.products.get(product as usize).is_some_and(|product| !product.subscription_required));
        let caller = match open_product {
            Some(product) => Caller::Product(product),
            None if !api.subscription_required => Caller::Api,
            None => return Err(Refusal::NoKey),
        };
        Ok(Identity { caller, subscription: None })
    }
}

fn is_valid(subscription: &PlanSubscription, now_seconds: impl Fn() -> i64) -> bool {
    subscription.is_active
        && subscription.starts.is_none_or(|starts| starts <= now_seconds())
        && subscription.expires.is_none_or(|expires| now_seconds() < expires)
}

/// In which context a subscription opens an API; `None` if it does not.
fn opens(subscription: &PlanSubscription, api: &PlanApi) -> Option<Caller> {
    match &subscription.scope {
        PlanScope::Product(product) => api.products.contains(product).then_some(Caller::Product(*product)),
        PlanScope::Api(name, surroundings) => (*name == api.name && *surroundings == api.surroundings).then_some(Caller::Api),
        PlanScope::AllApis(surroundings) => (*surroundings == api.surroundings).then_some(Caller::Api),
        PlanScope::Service => Some(Caller::Api),
    }
}

/// Compares in a time that depends on the lengths only.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
