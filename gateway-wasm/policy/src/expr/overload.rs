//! Which overload a call means: C#'s rules for arguments, type inference and the better member.

use super::{
    conversion::{Conversion, implicit},
    signature::{Form, Signature},
    types::Type,
    value::Value,
};
use std::rc::Rc;

/// What is known of an argument.
#[derive(Clone, Debug)]
pub struct Argument {
    /// Its name, where it is written.
    pub name: Option<Rc<str>>,
    /// Its type; for a lambda it is not known until its parameters are.
    pub kind: Type,
    /// Its value, if it is a constant.
    pub constant: Option<Value>,
    /// The number of its parameters, for a lambda.
    pub lambda: Option<usize>,
    /// True for `out`.
    pub out: bool,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug)]
pub enum Given {
    /// An argument, and what it becomes.
    Argument(usize, Conversion),
    /// The parameter's default.
    Default(Value),
    /// An array of arguments: its item type.
    Rest(Type, Vec<(usize, Conversion)>),
}

/// An overload that fits.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The overload.
    pub signature: Rc<Signature>,
    /// Type arguments of the method's own.
    pub generics: Vec<Type>,
    /// The parameters' types, type arguments put in.
    pub parameters: Vec<Type>,
    /// What each parameter gets.
    pub given: Vec<Given>,
    /// What comes out.
    pub result: Type,
    /// True if it only fits because an `object` is looked at when it is there, where C# has no conversion.
    pub needs_cast: bool,
    expanded: bool,
    /// The type of the receiver that an extension method's first parameter is for.
    defaults: usize,
}

/// Why no overload was chosen.
#[derive(Clone, Debug)]
pub enum Failure {
    /// None takes so many arguments, or arguments of these names.
    Count,
    /// An argument does not fit: its position, and the type that was expected by the nearest overload.
    Mismatch(usize, Type),
    /// The type arguments cannot be inferred.
    Inference(&'static str),
}

/// Tells the type of a lambda's result for given types of its parameters.
pub type LambdaResult<'l> = dyn FnMut(usize, &[Type]) -> Type + 'l;

/// Chooses among overloads. `receiver` is the type that members are looked up on; its type arguments are put in.
pub fn choose(
    candidates: &[Rc<Signature>],
    receiver: &Type,
    written: &[Type],
    arguments: &[Argument],
    lambda_result: &mut LambdaResult<'_>,
) -> Result<Choice, Failure> {
    let mut fitting: Vec<Choice> = Vec::new();
    let mut failure = Failure::Count;
    for signature in candidates {
        for expanded in [false, true] {
            if expanded && !signature.parameters.last().is_some_and(|parameter| parameter.rest) {
                continue;
            }
            match fits(signature, receiver, written, arguments, expanded, lambda_result) {
                Ok(choice) => {
                    // One `object` for `params object[]` is its only item, not the array.
                    let goes_on = choice.needs_cast;
                    fitting.push(choice);
                    if !goes_on {
                        break;
                    }
                }
                Err(why) => {
                    // The failure that came nearest to a fit says most.
                    let rank = |failure: &Failure| match failure {
                        Failure::Count => 0,
                        Failure::Inference(_) => 1,
                        Failure::Mismatch(at, _) => 2 + at,
                    };
                    if rank(&why) > rank(&failure) {
                        failure = why;
                    }
                }
            }
        }
    }
    if fitting.iter().any(|choice| !choice.needs_cast) {
        fitting.retain(|choice| !choice.needs_cast);
    }
    let mut best: Option<usize> = None;
    for (at, choice) in fitting.iter().enumerate() {
        match best.and_then(|best| fitting.get(best)) {
            Some(so_far) if !is_better(choice, so_far, arguments) => {}
            _ => best = Some(at),
        }
    }
    best.map(|best| fitting.swap_remove(best)).ok_or(failure)
}

fn fits(
    signature: &Rc<Signature>,
    receiver: &Type,
    written: &[Type],
    arguments: &[Argument],
    expanded: bool,
    lambda_result: &mut LambdaResult<'_>,
) -> Result<Choice, Failure> {
    let slots = placed(signature, arguments, expanded).ok_or(Failure::Count)?;
    if !written.is_empty() && written.len() != signature.generics.len() {
        return Err(Failure::Count);
    }
    let mut known = Inference { names: &signature.generics, types: vec![None; signature.generics.len()] };
    for (slot, kind) in known.types.iter_mut().zip(written) {
        *slot = Some(kind.clone());
    }
    let of_receiver = |name: &str| receiver_argument(receiver, signature, name);
    let parameter_type = |at: usize| -> Type {
        let Some(parameter) = signature.parameters.get(at) else { return Type::Unknown };
        let kind = match (&parameter.kind, expanded && parameter.rest) {
            (Type::Array(element), true) => (**element).clone(),
            (kind, _) => kind.clone(),
        };
        // The method's own parameters stay; the receiver's are put in.
        kind.substituted(&|name| {
            if signature.generics.contains(&name) {
                signature.generics.iter().find(|own| **own == name).map(|own| Type::Parameter(own))
            } else {
                of_receiver(name)
            }
        })
    };
    if written.is_empty() && !signature.generics.is_empty() {
        for (at, slot) in slots.iter().enumerate() {
            for &argument in slot.iter().filter(|&&argument| arguments.get(argument).is_some_and(|it| it.lambda.is_none())) {
                if let Some(argument) = arguments.get(argument) {
                    known.unify(&parameter_type(at), &argument.kind, 0);
                }
            }
        }
        for (at, slot) in slots.iter().enumerate() {
            for &index in slot {
                let (Some(arity), Type::Function(function)) = (arguments.get(index).and_then(|it| it.lambda), parameter_type(at))
                else {
                    continue;
                };
                if function.0.len() != arity {
                    return Err(Failure::Mismatch(index, Type::Function(function)));
                }
                if function.1.mentions(known.names) {
                    let inputs: Vec<Type> = function.0.iter().map(|kind| known.put_in(kind)).collect();
                    let result = lambda_result(index, &inputs);
                    known.unify(&function.1, &result, 0);
                }
            }
        }
    }
    // A type parameter that no parameter mentions has to be written.
    if written.is_empty()
        && let Some(name) = signature
            .generics
            .iter()
            .find(|name| !signature.parameters.iter().any(|parameter| parameter.kind.mentions(&[**name])))
    {
        return Err(Failure::Inference(name));
    }
    let generics: Vec<Type> = known.types.iter().map(|kind| kind.clone().unwrap_or(Type::Unknown)).collect();
    let mut parameters = Vec::with_capacity(signature.parameters.len());
    let mut given = Vec::with_capacity(signature.parameters.len());
    let mut defaults = 0;
    for (at, slot) in slots.iter().enumerate() {
        let Some(parameter) = signature.parameters.get(at) else { return Err(Failure::Count) };
        let kind = known.put_in(&parameter_type(at));
        if expanded && parameter.rest {
            let mut items = Vec::with_capacity(slot.len());
            for &argument in slot {
                items.push((argument, convert(arguments, argument, &kind, lambda_result)?));
            }
            given.push(Given::Rest(kind.clone(), items));
        } else {
            match slot.first() {
                Some(&argument) => {
                    if arguments.get(argument).is_some_and(|it| it.out != parameter.out) {
                        return Err(Failure::Mismatch(argument, kind));
                    }
                    given.push(Given::Argument(argument, convert(arguments, argument, &kind, lambda_result)?));
                }
                None => {
                    defaults += 1;
                    let default = match &parameter.default {
                        Some(Value::Null) => kind.default_value(),
                        Some(default) => default.clone(),
                        None => return Err(Failure::Count),
                    };
                    given.push(Given::Default(default));
                }
            }
        }
        parameters.push(kind);
    }
    let looked_at = |at: usize, conversion: &Conversion| {
        matches!(conversion, Conversion::Dynamic(_)) && arguments.get(at).is_some_and(|argument| argument.kind == Type::OBJECT)
    };
    let needs_cast = given.iter().any(|given| match given {
        Given::Argument(at, conversion) => looked_at(*at, conversion),
        Given::Rest(_, items) => items.iter().any(|(at, conversion)| looked_at(*at, conversion)),
        Given::Default(_) => false,
    });
    let result = signature.result.substituted(&|name| known.get(name).or_else(|| of_receiver(name)));
    Ok(Choice { signature: signature.clone(), generics, parameters, given, result, needs_cast, expanded, defaults })
}

/// Which arguments each parameter gets; `None` if they do not go together.
fn placed(signature: &Signature, arguments: &[Argument], expanded: bool) -> Option<Vec<Vec<usize>>> {
    let count = signature.parameters.len();
    let mut slots = vec![Vec::new(); count];
    for (at, argument) in arguments.iter().enumerate() {
        let place = match &argument.name {
            Some(name) => signature.parameters.iter().position(|parameter| *parameter.name == **name)?,
            None if expanded => at.min(count.checked_sub(1)?),
            None => at,
        };
        let slot = slots.get_mut(place)?;
        if !(slot.is_empty() || expanded && place + 1 == count) {
            return None;
        }
        slot.push(at);
    }
    for (slot, parameter) in slots.iter().zip(&signature.parameters) {
        if slot.is_empty() && parameter.default.is_none() && !(expanded && parameter.rest) {
            return None;
        }
    }
    Some(slots)
}

fn convert(arguments: &[Argument], at: usize, to: &Type, lambda_result: &mut LambdaResult<'_>) -> Result<Conversion, Failure> {
    let Some(argument) = arguments.get(at) else { return Err(Failure::Count) };
    if argument.out {
        return Ok(Conversion::None);
    }
    if let Some(arity) = argument.lambda {
        return match to {
            Type::Function(function) if function.0.len() == arity => {
                let result = lambda_result(at, &function.0);
                let fits = function.1 == Type::Void
                    || matches!(function.1, Type::Unknown)
                    || implicit(&result, &function.1, None).is_some();
                if fits { Ok(Conversion::None) } else { Err(Failure::Mismatch(at, function.1.clone())) }
            }
            Type::Unknown => Ok(Conversion::None),
            _ => Err(Failure::Mismatch(at, to.clone())),
        };
    }
    match implicit(&argument.kind, to, argument.constant.as_ref()) {
        Some(conversion) => Ok(conversion),
        // What APIM would want a cast for is looked at when it is there; the checker warns.
        None if argument.kind == Type::OBJECT => Ok(Conversion::Dynamic(to.clone())),
        None => Err(Failure::Mismatch(at, to.clone())),
    }
}

/// The type argument that a receiver's type has for a parameter of the type that declares the member.
fn receiver_argument(receiver: &Type, signature: &Signature, name: &str) -> Option<Type> {
    let table = super::signature::table(signature.owner);
    let at = table.parameters.iter().position(|parameter| *parameter == name)?;
    match receiver.as_base(signature.owner)? {
        Type::Named(_, arguments) => arguments.into_iter().nth(at),
        _ => None,
    }
}

struct Inference<'s> {
    names: &'s [&'static str],
    types: Vec<Option<Type>>,
}

impl Inference<'_> {
    fn get(&self, name: &str) -> Option<Type> {
        let at = self.names.iter().position(|own| *own == name)?;
        self.types.get(at).cloned().flatten()
    }

    fn put_in(&self, kind: &Type) -> Type {
        kind.substituted(&|name| self.get(name))
    }

    /// Learns from a parameter's type and what is given for it.
    fn unify(&mut self, parameter: &Type, given: &Type, depth: u8) {
        if depth > 16 || matches!(given, Type::Unknown | Type::Null | Type::Void) {
            return;
        }
        match (parameter, given) {
            (Type::Parameter(name), _) => {
                if let Some(slot) = self.names.iter().position(|own| own == name).and_then(|at| self.types.get_mut(at)) {
                    // The more general of two: `int` and `double` make `double`.
                    match slot {
                        Some(known) if implicit(known, given, None).is_none() || known == given => {}
                        Some(known) if known.is_open() => {}
                        _ => *slot = Some(given.clone()),
                    }
                }
            }
            (Type::Nullable(inner), given) => self.unify(inner, given.without_nullable(), depth + 1),
            (Type::Array(element), Type::Array(given)) => self.unify(element, given, depth + 1),
            (Type::Function(function), Type::Function(given)) => {
                for (parameter, given) in function.0.iter().zip(&given.0) {
                    self.unify(parameter, given, depth + 1);
                }
                self.unify(&function.1, &given.1, depth + 1);
            }
            (Type::Named(net_type, arguments), given) if !arguments.is_empty() => {
                if let Some(Type::Named(_, found)) = given.as_base(net_type) {
                    for (parameter, given) in arguments.iter().zip(&found) {
                        self.unify(parameter, given, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Type {
    /// True if one of the type parameters stands in it.
    fn mentions(&self, names: &[&'static str]) -> bool {
        match self {
            Type::Parameter(name) => names.contains(name),
            Type::Named(_, arguments) => arguments.iter().any(|argument| argument.mentions(names)),
            Type::Array(inner) | Type::Nullable(inner) => inner.mentions(names),
            Type::Function(function) => function.0.iter().any(|kind| kind.mentions(names)) || function.1.mentions(names),
            _ => false,
        }
    }
}

/// True if `one` is the better member than `other` (C# specification, 12.6.4.3).
fn is_better(one: &Choice, other: &Choice, arguments: &[Argument]) -> bool {
    let (mut better, mut worse) = (false, false);
    for (at, argument) in arguments.iter().enumerate() {
        let (Some(mine), Some(theirs)) = (one.type_for(at), other.type_for(at)) else { continue };
        match better_conversion(argument, &mine, &theirs) {
            std::cmp::Ordering::Greater => better = true,
            std::cmp::Ordering::Less => worse = true,
            std::cmp::Ordering::Equal => {}
        }
    }
    if better != worse {
        return better;
    }
    let plain = |choice: &Choice| (choice.signature.generics.is_empty(), !choice.expanded, std::cmp::Reverse(choice.defaults));
    plain(one) > plain(other)
}

impl Choice {
    /// The type of the parameter that an argument goes to.
    fn type_for(&self, argument: usize) -> Option<Type> {
        self.given.iter().zip(&self.parameters).find_map(|(given, kind)| match given {
            Given::Argument(at, _) if *at == argument => Some(kind.clone()),
            Given::Rest(kind, items) if items.iter().any(|(at, _)| *at == argument) => Some(kind.clone()),
            _ => None,
        })
    }

    /// True for an extension method, whose receiver is its first argument.
    pub fn is_extension(&self) -> bool {
        self.signature.form == Form::Extension
    }
}

/// Greater where the first type is the better one for an argument.
fn better_conversion(argument: &Argument, one: &Type, other: &Type) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    if one == other {
        return Ordering::Equal;
    }
    if let (Type::Function(mine), Type::Function(theirs)) = (one, other) {
        return better_target(&mine.1, &theirs.1);
    }
    let exact = |kind: &Type| argument.lambda.is_none() && *kind == argument.kind;
    match (exact(one), exact(other)) {
        (true, _) => return Ordering::Greater,
        (_, true) => return Ordering::Less,
        _ => {}
    }
    // A value whose type comes at run time goes where anything may go.
    if argument.kind.is_open() {
        return one.is_open().cmp(&other.is_open());
    }
    better_target(one, other)
}

fn better_target(one: &Type, other: &Type) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    match (implicit(one, other, None), implicit(other, one, None)) {
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        _ => {
            use super::numeric::Numeric as N;
            let signed = |kind: &Type| matches!(N::of(kind), Some(N::SByte | N::Int16 | N::Int32 | N::Int64));
            let unsigned = |kind: &Type| matches!(N::of(kind), Some(N::Byte | N::UInt16 | N::UInt32 | N::UInt64));
            if signed(one) && unsigned(other) {
                Ordering::Greater
            } else if unsigned(one) && signed(other) {
                Ordering::Less
            } else {
                Ordering::Equal
            }
        }
    }
}
