//! What is called, who calls, and where: API, operation, product, subscription, user, deployment.

use super::{NAMESPACE, date, part, recorded, records};
use crate::{
    about,
    expr::{
        call::{Call, Thrown},
        types::{Kind, NetType, row},
        value::{Part, Value},
    },
};

/// A type whose members only read.
const fn interface(
    name: &'static str,
    bases: &'static [&'static str],
    members: &'static [crate::expr::types::Member],
    doc: &'static str,
) -> NetType {
    NetType { namespace: NAMESPACE, name, kind: Kind::Interface, bases, members, missing: &[], doc }
}

fn called(call: &Call<'_, '_>, read: impl Fn(&about::Called) -> Value) -> Result<Value, Thrown> {
    Ok(read(&call.machine.exchange()?.about.called))
}

fn api(call: &Call<'_, '_>, read: impl Fn(&about::Api) -> Value) -> Result<Value, Thrown> {
    called(call, |called| read(&called.api))
}

fn operation(call: &Call<'_, '_>, read: impl Fn(&about::Operation) -> Value) -> Result<Value, Thrown> {
    called(call, |called| read(&called.operation))
}

fn product(call: &Call<'_, '_>, read: impl Fn(&about::Product) -> Value) -> Result<Value, Thrown> {
    called(call, |called| called.product.as_ref().map_or(Value::Null, &read))
}

fn workspace(call: &Call<'_, '_>, read: impl Fn(&about::Workspace) -> Value) -> Result<Value, Thrown> {
    called(call, |called| called.workspace.as_ref().map_or(Value::Null, &read))
}

fn subscription(call: &Call<'_, '_>, read: impl Fn(&about::Subscription) -> Value) -> Result<Value, Thrown> {
    Ok(call.machine.exchange()?.about.subscription.as_deref().map_or(Value::Null, read))
}

fn user(call: &Call<'_, '_>, read: impl Fn(&about::User) -> Value) -> Result<Value, Thrown> {
    Ok(call.machine.exchange()?.about.user.as_deref().map_or(Value::Null, read))
}

fn deployment(call: &Call<'_, '_>, read: impl Fn(&about::Deployment) -> Value) -> Result<Value, Thrown> {
    Ok(read(&call.machine.exchange()?.about.deployment))
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn optional(text: &Option<String>) -> Value {
    text.as_deref().into()
}

pub(super) static API: NetType = interface(
    "IApi",
    &[],
    &[
        row("string Id", |call| api(call, |api| text(&api.id)), "Its resource name"),
        row(
            "bool IsCurrentRevision",
            |call| api(call, |api| api.is_current_revision.into()),
            "Whether callers get this revision who name none",
        ),
        row("string Name", |call| api(call, |api| text(&api.name)), "Its title"),
        row("string Path", |call| api(call, |api| text(&api.path)), "Its path on the gateway"),
        row("string Revision", |call| api(call, |api| text(&api.revision)), "Its revision"),
        row(
            "IUrl ServiceUrl",
            |call| api(call, |api| api.service_url.as_ref().map_or(Value::Null, |_| part(Part::ServiceUrl))),
            "Where its backend is; null if it does not say",
        ),
        row("string Version", |call| api(call, |api| optional(&api.version)), "Its version; null without one"),
        row(
            "IEnumerable<string> Protocols",
            |call| api(call, |api| Value::strings(api.protocols.iter().map(|protocol| protocol.as_str().into()))),
            "How it can be called: `https`, `http`",
        ),
        row(
            "ISubscriptionKeyParameterNames SubscriptionKeyParameterNames",
            |_| Ok(part(Part::SubscriptionKeyParameterNames)),
            "Under which names a key travels",
        ),
    ],
    "The API that is called",
);

pub(super) static KEY_NAMES: NetType = interface(
    "ISubscriptionKeyParameterNames",
    &[],
    &[
        row("string Header", |call| api(call, |api| text(&api.key_header)), "The header"),
        row("string Query", |call| api(call, |api| text(&api.key_query)), "The query parameter"),
    ],
    "Under which names a subscription key travels",
);

pub(super) static OPERATION: NetType = interface(
    "IOperation",
    &[],
    &[
        row("string Id", |call| operation(call, |operation| text(&operation.id)), "Its resource name"),
        row("string Method", |call| operation(call, |operation| text(&operation.method)), "Its method"),
        row("string Name", |call| operation(call, |operation| text(&operation.name)), "Its title"),
        row("string UrlTemplate", |call| operation(call, |operation| text(&operation.url_template)), "Its path below the API's"),
    ],
    "The operation that is called",
);

pub(super) static PRODUCT: NetType = interface(
    "IProduct",
    &[],
    &[
        row(
            "bool ApprovalRequired",
            |call| product(call, |product| product.approval_required.into()),
            "Whether someone must approve a subscription",
        ),
        row(
            "IEnumerable<IGroup> Groups",
            |call| product(call, |product| records(&GROUP, &product.groups)),
            "The groups that see it",
        ),
        row("string Id", |call| product(call, |product| text(&product.id)), "Its resource name"),
        row("string Name", |call| product(call, |product| text(&product.name)), "Its title"),
        row(
            "string State",
            |call| product(call, |product| text(if product.published { "Published" } else { "NotPublished" })),
            "`Published` or `NotPublished`",
        ),
        row(
            "int? SubscriptionsLimit",
            |call| product(call, limit),
            "How many subscriptions a developer may have; null for any number",
        ),
        row("int? SubscriptionLimit", |call| product(call, limit), "The same, as Microsoft's toolkit calls it"),
        row(
            "bool SubscriptionRequired",
            |call| product(call, |product| product.subscription_required.into()),
            "Whether a key is needed",
        ),
        row(
            "IEnumerable<IGroup> Apis",
            |call| product(call, |product| records(&GROUP, &product.apis)),
            "Its APIs: `Id` and `Name` of each",
        ),
    ],
    "The product through which the API is called",
);

fn limit(product: &about::Product) -> Value {
    product.subscriptions_limit.map(|limit| limit as i32).into()
}

pub(super) static SUBSCRIPTION: NetType = interface(
    "ISubscription",
    &[],
    &[
        row("DateTime CreatedDate", |call| subscription(call, |it| date(it.created.or(Some(0)))), "When it was made"),
        row("DateTime? EndDate", |call| subscription(call, |it| date(it.ends)), "When it ends; null if it does not"),
        row("string Id", |call| subscription(call, |it| text(&it.id)), "Its resource name"),
        row("string Key", |call| subscription(call, |it| text(&it.key)), "The key that the caller gave"),
        row("string Name", |call| subscription(call, |it| text(&it.name)), "Its title"),
        row("string PrimaryKey", |call| subscription(call, |it| optional(&it.primary_key)), "Its first key"),
        row("string SecondaryKey", |call| subscription(call, |it| optional(&it.secondary_key)), "Its second key"),
        row("DateTime? StartDate", |call| subscription(call, |it| date(it.starts)), "When it starts; null if it always did"),
    ],
    "The subscription that the caller's key belongs to",
);

pub(super) static USER: NetType = interface(
    "IUser",
    &[],
    &[
        row("string Email", |call| user(call, |user| text(&user.email)), "The address"),
        row("string FirstName", |call| user(call, |user| text(&user.first_name)), "The first name"),
        row(
            "IEnumerable<IGroup> Groups",
            |call| user(call, |user| records(&GROUP, &user.groups)),
            "The groups that the developer is in",
        ),
        row("string Id", |call| user(call, |user| text(&user.id)), "The resource name"),
        row(
            "IEnumerable<IUserIdentity> Identities",
            |call| user(call, |user| records(&IDENTITY, &user.identities)),
            "With what the developer signs in",
        ),
        row("string LastName", |call| user(call, |user| text(&user.last_name)), "The last name"),
        row("string Note", |call| user(call, |user| optional(&user.note)), "What administrators wrote down"),
        row(
            "DateTime RegistrationDate",
            |call| user(call, |user| date(user.registered.or(Some(0)))),
            "When the developer registered",
        ),
    ],
    "The developer behind the subscription",
);

pub(super) static GROUP: NetType = interface(
    "IGroup",
    &[],
    &[row("string Id", |call| recorded(call, 0), "Its resource name"), row("string Name", |call| recorded(call, 1), "Its title")],
    "A group of developers",
);

pub(super) static IDENTITY: NetType = interface(
    "IUserIdentity",
    &[],
    &[
        row("string Id", |call| recorded(call, 0), "The identifier at the provider"),
        row("string Provider", |call| recorded(call, 1), "The provider"),
    ],
    "With what a developer signs in",
);

pub(super) static WORKSPACE: NetType = interface(
    "IWorkspace",
    &[],
    &[
        row("string Id", |call| workspace(call, |workspace| text(&workspace.id)), "Its resource name"),
        row("string Name", |call| workspace(call, |workspace| text(&workspace.name)), "Its title"),
    ],
    "A workspace",
);

pub(super) static BACKEND: NetType = interface(
    "IBackend",
    &[],
    &[
        row(
            "string Id",
            |call| Ok(call.machine.exchange()?.request.backend_id.as_deref().into()),
            "The name of the backend; null where only an address was given",
        ),
        row("string Type", |_| Ok("Single".into()), "`Single` or `Pool`"),
        row("string AzureRegion", |_| Ok(Value::Null), "The region of the backend; null where it is not known"),
    ],
    "The backend that the request goes to",
);

pub(super) static DEPLOYMENT: NetType = interface(
    "IDeployment",
    &[],
    &[
        row("IGateway Gateway", |_| Ok(part(Part::Gateway)), "The gateway"),
        row(
            "string GatewayId",
            |call| deployment(call, |it| text(&it.gateway_id)),
            "The gateway's name; `managed` for the service's own",
        ),
        row("string Region", |call| deployment(call, |it| text(&it.region)), "Where it runs"),
        row("string ServiceId", |call| deployment(call, |it| text(&it.service_id)), "The service's identifier"),
        row("string ServiceName", |call| deployment(call, |it| text(&it.service_name)), "The service's name"),
        row(
            "ISustainabilityInfo SustainabilityInfo",
            |_| Ok(part(Part::SustainabilityInfo)),
            "What is known of the region's energy",
        ),
        row("IReadOnlyCertificates Certificates", |_| Ok(part(Part::Certificates)), "The certificates of the service"),
    ],
    "Where the gateway runs",
);

pub(super) static GATEWAY: NetType = interface(
    "IGateway",
    &[],
    &[
        row("string Id", |call| deployment(call, |it| text(&it.gateway_id)), "Its name; `managed` for the service's own"),
        row("string InstanceId", |call| deployment(call, |it| text(&it.gateway_instance_id)), "Which of several"),
        row("bool IsManaged", |call| deployment(call, |it| it.gateway_is_managed.into()), "Whether it is the service's own"),
    ],
    "The gateway",
);

pub(super) static SUSTAINABILITY: NetType = interface(
    "ISustainabilityInfo",
    &[],
    &[row("string CurrentCarbonIntensity", |_| Ok("NotAvailable".into()), "How the region's energy is made; not known here")],
    "What is known of the region's energy",
);

/// What `get-authorization-context` leaves in a variable.
pub(super) static AUTHORIZATION: NetType = interface(
    "Authorization",
    &[],
    &[
        row("string AccessToken", |call| recorded(call, 0), "The token for the service behind the connection"),
        row("IReadOnlyDictionary<string, object> Claims", |call| recorded(call, 1), "What the token says"),
    ],
    "A token that `get-authorization-context` fetched",
);
