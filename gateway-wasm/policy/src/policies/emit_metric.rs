//! `emit-metric`: sends a measurement to whoever collects them.

use crate::{
    computed::{Expr, Failed, FromValue},
    document::Section,
    event::Event,
    exchange::Exchange,
    expr::{machine::Machine, value::Value},
    host::Host,
    mask::Mask,
    statement::{Checker, Children, Fault, Flow, Statement},
    xml::Element,
};
use diagnostic::nearest;
use std::rc::Rc;

/// Emits a number with a name, and what it is about.
#[derive(Debug)]
pub struct EmitMetric {
    namespace: String,
    name: String,
    value: Expr<Number>,
    dimensions: Vec<Dimension>,
}

#[derive(Debug)]
struct Dimension {
    name: Expr<Rc<str>>,
    /// Without one, the name says what it is.
    value: Option<Expr<Rc<str>>>,
}

/// Dimensions that need no value: their names say what they are.
const KNOWN: &[&str] =
    &["API ID", "Operation ID", "Product ID", "User ID", "Subscription ID", "Location", "Gateway ID", "Backend ID"];

/// The most dimensions that Azure Monitor takes.
const DIMENSIONS_MAX: usize = 10;

impl Statement for EmitMetric {
    const NAME: &'static str = "emit-metric";
    const SECTIONS: &'static [Section] = &Section::ALL;
    const ATTRIBUTES: &'static [&'static str] = &["name", "namespace", "value"];
    const CHILDREN: Children = Children::Named(&["dimension"]);

    fn check(element: &Element, checker: &mut Checker<'_>) -> Option<Self> {
        let name = checker.required(element, "name");
        let namespace = match element.attribute("namespace") {
            Some(_) => checker.optional(element, "namespace"),
            None => Some("API Management".to_owned()),
        };
        let value = match element.attribute("value") {
            None => Some(Expr::Written(Number(1.0))),
            Some(attribute) => checker.value(&attribute.value, |checker, text| {
                let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
                if number.is_none() {
                    let message = format!("`value` must be a number, not `{}`", text.trim());
                    checker.error("policy/number", attribute.value.span, message, "write `value=\"1\"`, for example");
                }
                number.map(Number)
            }),
        };
        let mut dimensions = Vec::new();
        let mut whole = true;
        for child in element.elements().filter(|child| child.name == "dimension") {
            match Self::dimension(child, checker) {
                Some(dimension) => dimensions.push(dimension),
                None => whole = false,
            }
        }
        match element.elements().filter(|child| child.name == "dimension").count() {
            0 => {
                let help = "add one: `<dimension name=\"API ID\" />`";
                checker.error("emit-metric/dimensions", element.name_span, "`emit-metric` needs a dimension", help);
            }
            count if count > DIMENSIONS_MAX => {
                let message = format!("{count} dimensions are more than {DIMENSIONS_MAX}, the most that a metric has");
                checker.error("emit-metric/dimensions", element.name_span, message, "leave out those that nobody looks at");
            }
            _ => {}
        }
        Some(Self { namespace: namespace?, name: name?, value: value?, dimensions: whole.then_some(dimensions)? })
    }

    async fn run<H: Host>(&self, exchange: &mut Exchange, host: &H) -> Result<Flow, Fault> {
        let value = self.value.get(exchange, host, Self::NAME).await?;
        let mut dimensions = Vec::with_capacity(self.dimensions.len());
        for dimension in &self.dimensions {
            let name = dimension.name.get(exchange, host, Self::NAME).await?;
            let value = match &dimension.value {
                Some(value) => value.get(exchange, host, Self::NAME).await?.to_string(),
                None => known(&name, exchange),
            };
            dimensions.push((name, value));
        }
        let mut event = Event::of("metric", exchange, host);
        event.text("namespace", &self.namespace);
        event.text("name", &self.name);
        event.number("value", value.0);
        // A dimension is for people: it is a word on a chart.
        let mask = Mask::of(exchange);
        let shown: Vec<_> = dimensions.iter().map(|(name, value)| (&**name, mask.hide(value))).collect();
        event.texts("dimensions", shown.iter().map(|(name, value)| (*name, &**value)));
        host.emit(&event.finish());
        Ok(Flow::Next)
    }
}

impl EmitMetric {
    fn dimension(element: &Element, checker: &mut Checker<'_>) -> Option<Dimension> {
        checker.attributes(element, &["name", "value"]);
        checker.children(element, Children::None);
        let name = checker.required_text(element, "name");
        let value = checker.optional_text(element, "value");
        if let (Some(Expr::Written(name)), Some(None)) = (&name, &value)
            && !KNOWN.contains(&&**name)
        {
            let help = match nearest(name, KNOWN.iter().copied()) {
                Some(known) => format!("did you mean `{known}`? Others need `value=\"...\"`"),
                None => "add `value=\"...\"`".to_owned(),
            };
            let message = format!("nothing says what the dimension `{name}` is");
            checker.error("emit-metric/dimension", element.name_span, message, help);
            return None;
        }
        Some(Dimension { name: name?, value: value? })
    }
}

/// What a dimension is of which only the name is given; APIM writes `None` where there is nothing to say.
fn known(name: &str, exchange: &Exchange) -> String {
    let about = &exchange.about;
    let found = match name {
        "API ID" => Some(about.called.api.id.clone()),
        "Operation ID" => Some(about.called.operation.id.clone()),
        "Product ID" => about.called.product.as_ref().map(|product| product.id.clone()),
        "User ID" => about.user.as_ref().map(|user| user.id.clone()),
        "Subscription ID" => about.subscription.as_ref().map(|subscription| subscription.id.clone()),
        "Location" => Some(about.deployment.region.clone()),
        "Gateway ID" => Some(about.deployment.gateway_id.clone()),
        "Backend ID" => exchange.request.backend_id.as_ref().map(|id| id.to_string()),
        _ => None,
    };
    found.filter(|text| !text.is_empty()).unwrap_or_else(|| "None".to_owned())
}

/// A number that may have a fraction.
#[derive(Clone, Copy, Debug)]
struct Number(f64);

impl FromValue for Number {
    fn from_value(value: Value, machine: &mut Machine<'_>) -> Result<Self, Failed> {
        let text = machine.text(&value)?.to_str().trim().to_owned();
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Number).ok_or(Failed::Unfit("a number"))
    }
}
