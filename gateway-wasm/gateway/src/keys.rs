//! Who calls: subscription keys, exactly as APIM resolves them (reference: APIM, C6).

use crate::{
    plan::{Plan, PlanApi, PlanScope, PlanSubscription},
    routes::{query_value, unescaped},
};
use std::{
    hash::{BuildHasher, RandomState},
    hint::black_box,
};
use wire::RequestHead;

/// Every key, and the subscription that it belongs to.
///
/// A key is found by its hash, and compared only with a key of the same hash, in constant time: how long an answer takes says
/// nothing about how much of a key was guessed. SipHash is a pseudorandom function, and its seed is new in every instance, so nobody
/// outside can look for keys whose hashes are close. A SHA-256 without a secret could be searched in that way at home, and would be ten
/// times the work for every request.
///
/// The plan holds the keys themselves: `context.Subscription.PrimaryKey` gives them to policies, and a mask has to know them.
#[derive(Debug, Default)]
pub(crate) struct KeyRing {
    seed: RandomState,
    /// Hashes in order, each with the subscription and which of its keys it is.
    keys: Vec<(u64, u32, usize)>,
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
        let mut ring = Self::default();
        for (subscription, index) in plan.subscriptions.iter().zip(0..) {
            for (which, key) in subscription.keys.iter().enumerate() {
                ring.keys.extend(key.as_ref().map(|key| (ring.seed.hash_one(key.as_bytes()), index, which)));
            }
        }
        ring.keys.sort_unstable();
        ring
    }

    /// The subscription that has a key. Where two have the same, it is the first.
    fn find<'p>(&self, plan: &'p Plan, key: &[u8]) -> Option<(u32, &'p PlanSubscription)> {
        let hash = self.seed.hash_one(key);
        let first = self.keys.partition_point(|(own, ..)| *own < hash);
        let same_hash = self.keys.iter().skip(first).take_while(|(own, ..)| *own == hash);
        same_hash.map(|&(_, index, which)| (index, which)).find_map(|(index, which)| {
            let subscription = plan.subscriptions.get(index as usize)?;
            let own = subscription.keys.get(which)?.as_ref()?;
            is_same(own.as_bytes(), key).then_some((index, subscription))
        })
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
            let found = self.find(plan, key.as_bytes()).filter(|(_, subscription)| is_valid(subscription, &now_seconds));
            let (index, subscription) = found.ok_or(Refusal::BadKey)?;
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
    // An optimiser that saw through this could stop at the first difference.
    let difference = a.iter().zip(b).fold(0, |difference, (a, b)| black_box(difference | (a ^ b)));
    a.len() == b.len() && difference == 0
}
