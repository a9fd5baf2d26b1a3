//! `System.Linq.Enumerable`: what can be done with anything that has items.
//!
//! As in .NET, what gives a sequence computes nothing until its items are asked for, and computes them anew each time.

pub mod group;
pub mod order;
pub mod sequence;

use self::{
    group::Places,
    sequence::{Items, element, given, holds, no_elements, sequence, source},
};
use super::collections::{array_of, comparer::Rule, count, dictionary, generic, keep, keyed::Keyed, list::List, set::Set};
use crate::expr::{
    call::{Call, Thrown},
    conversion::is_instance,
    machine::Machine,
    types::{Kind, NetType, Type, row},
    value::{Array, Value},
};
use dotnet::{Decimal, Exception, decimal, string::search};
use std::{cmp::Ordering, collections::VecDeque};

/// The types of this module.
pub(super) static TYPES: &[&NetType] = &[&ENUMERABLE, &order::I_ORDERED_ENUMERABLE, &group::I_GROUPING, &group::I_LOOKUP];

/// `System.Linq.Enumerable`
pub static ENUMERABLE: NetType = NetType {
    namespace: "System.Linq",
    name: "Enumerable",
    kind: Kind::Static,
    bases: &[],
    members: &[
        // Making sequences.
        row("static IEnumerable<int> Range(int start, int count)", range, "Whole numbers one after the other"),
        row("static IEnumerable<T> Repeat<T>(T element, int count)", repeat, "An item so many times"),
        row(
            "static IEnumerable<T> Empty<T>()",
            |call| Ok(sequence(element(call), || |_: &mut Machine<'_>| Ok(None))),
            "No items",
        ),
        row("static IEnumerable<T> AsEnumerable<T>(this IEnumerable<T> source)", |call| Ok(call.value(0)), "The same items"),
        // Choosing items.
        row(
            "static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| filter(call, false),
            "The items for which it is true",
        ),
        row(
            "static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)",
            |call| filter(call, true),
            "The items for which it is true, told their position",
        ),
        row("static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)", take, "The first `count` items"),
        row("static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)", skip, "The items after the first `count`"),
        row(
            "static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| take_while(call, false),
            "The items up to the first for which it is false",
        ),
        row(
            "static IEnumerable<T> TakeWhile<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)",
            |call| take_while(call, true),
            "The items up to the first for which it is false, told their position",
        ),
        row(
            "static IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| skip_while(call, false),
            "The items from the first on for which it is false",
        ),
        row(
            "static IEnumerable<T> SkipWhile<T>(this IEnumerable<T> source, Func<T, int, bool> predicate)",
            |call| skip_while(call, true),
            "The items from the first on for which it is false, told their position",
        ),
        row("static IEnumerable<T> TakeLast<T>(this IEnumerable<T> source, int count)", take_last, "The last `count` items"),
        row(
            "static IEnumerable<T> SkipLast<T>(this IEnumerable<T> source, int count)",
            skip_last,
            "The items before the last `count`",
        ),
        row(
            "static IEnumerable<T> Distinct<T>(this IEnumerable<T> source, IEqualityComparer<T> comparer = null)",
            |call| distinct(call, None, 1),
            "Each item once",
        ),
        row(
            "static IEnumerable<T> DistinctBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer = null)",
            |call| distinct(call, Some(1), 2),
            "The first item of each key",
        ),
        row("static IEnumerable<R> OfType<R>(this IEnumerable<dynamic> source)", of_type, "The items of a type"),
        row("static IEnumerable<R> Cast<R>(this IEnumerable<dynamic> source)", cast, "The items as a type"),
        // Making items of items.
        row(
            "static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, R> selector)",
            |call| select(call, false),
            "What a lambda makes of the items",
        ),
        row(
            "static IEnumerable<R> Select<T, R>(this IEnumerable<T> source, Func<T, int, R> selector)",
            |call| select(call, true),
            "What a lambda makes of the items and their positions",
        ),
        row(
            "static IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, IEnumerable<R>> selector)",
            |call| select_many(call, false, None),
            "The items of all collections that a lambda gives",
        ),
        row(
            "static IEnumerable<R> SelectMany<T, R>(this IEnumerable<T> source, Func<T, int, IEnumerable<R>> selector)",
            |call| select_many(call, true, None),
            "The items of all collections that a lambda gives, told the position",
        ),
        row(
            "static IEnumerable<R> SelectMany<T, C, R>(this IEnumerable<T> source, Func<T, IEnumerable<C>> collectionSelector, Func<T, C, R> resultSelector)",
            |call| select_many(call, false, Some(2)),
            "What a lambda makes of each item with each of its collection",
        ),
        row(
            "static IEnumerable<R> SelectMany<T, C, R>(this IEnumerable<T> source, Func<T, int, IEnumerable<C>> collectionSelector, Func<T, C, R> resultSelector)",
            |call| select_many(call, true, Some(2)),
            "What a lambda makes of each item with each of its collection",
        ),
        row(
            "static IEnumerable<R> Zip<T, S, R>(this IEnumerable<T> first, IEnumerable<S> second, Func<T, S, R> resultSelector)",
            zip,
            "What a lambda makes of the items of two sequences, side by side",
        ),
        row("static IEnumerable<T[]> Chunk<T>(this IEnumerable<T> source, int size)", chunk, "Arrays of at most `size` items"),
        // Putting sequences together.
        row(
            "static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)",
            concat,
            "The items of both, one after the other",
        ),
        row(
            "static IEnumerable<T> Append<T>(this IEnumerable<T> source, T element)",
            |call| with(call, false),
            "With an item at the end",
        ),
        row(
            "static IEnumerable<T> Prepend<T>(this IEnumerable<T> source, T element)",
            |call| with(call, true),
            "With an item at the start",
        ),
        row(
            "static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source)",
            |call| default_if_empty(call, None),
            "The items, or the default if there are none",
        ),
        row(
            "static IEnumerable<T> DefaultIfEmpty<T>(this IEnumerable<T> source, T defaultValue)",
            |call| default_if_empty(call, Some(1)),
            "The items, or a value if there are none",
        ),
        row(
            "static IEnumerable<T> Union<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer = null)",
            |call| union(call, None, 2),
            "The items of both, each once",
        ),
        row(
            "static IEnumerable<T> UnionBy<T, K>(this IEnumerable<T> first, IEnumerable<T> second, Func<T, K> keySelector, IEqualityComparer<K> comparer = null)",
            |call| union(call, Some(2), 3),
            "The first item of each key of both",
        ),
        row(
            "static IEnumerable<T> Intersect<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer = null)",
            |call| compared(call, true, None, 2),
            "The items that both have, each once",
        ),
        row(
            "static IEnumerable<T> IntersectBy<T, K>(this IEnumerable<T> first, IEnumerable<K> second, Func<T, K> keySelector, IEqualityComparer<K> comparer = null)",
            |call| compared(call, true, Some(2), 3),
            "The items whose keys the other has, each once",
        ),
        row(
            "static IEnumerable<T> Except<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer = null)",
            |call| compared(call, false, None, 2),
            "The items that the other does not have, each once",
        ),
        row(
            "static IEnumerable<T> ExceptBy<T, K>(this IEnumerable<T> first, IEnumerable<K> second, Func<T, K> keySelector, IEqualityComparer<K> comparer = null)",
            |call| compared(call, false, Some(2), 3),
            "The items whose keys the other does not have, each once",
        ),
        row(
            "static IEnumerable<R> Join<T, S, K, R>(this IEnumerable<T> outer, IEnumerable<S> inner, Func<T, K> outerKeySelector, Func<S, K> innerKeySelector, Func<T, S, R> resultSelector)",
            |call| group::join(call, false, false),
            "What a lambda makes of each pair of items with the same key",
        ),
        row(
            "static IEnumerable<R> Join<T, S, K, R>(this IEnumerable<T> outer, IEnumerable<S> inner, Func<T, K> outerKeySelector, Func<S, K> innerKeySelector, Func<T, S, R> resultSelector, IEqualityComparer<K> comparer)",
            |call| group::join(call, false, true),
            "What a lambda makes of each pair of items with the same key",
        ),
        row(
            "static IEnumerable<R> GroupJoin<T, S, K, R>(this IEnumerable<T> outer, IEnumerable<S> inner, Func<T, K> outerKeySelector, Func<S, K> innerKeySelector, Func<T, IEnumerable<S>, R> resultSelector)",
            |call| group::join(call, true, false),
            "What a lambda makes of each item with all of the same key",
        ),
        row(
            "static IEnumerable<R> GroupJoin<T, S, K, R>(this IEnumerable<T> outer, IEnumerable<S> inner, Func<T, K> outerKeySelector, Func<S, K> innerKeySelector, Func<T, IEnumerable<S>, R> resultSelector, IEqualityComparer<K> comparer)",
            |call| group::join(call, true, true),
            "What a lambda makes of each item with all of the same key",
        ),
        // Order and groups.
        row("static IEnumerable<T> Reverse<T>(this IEnumerable<T> source)", reverse, "The items from the last to the first"),
        row(
            "static IOrderedEnumerable<T> Order<T>(this IEnumerable<T> source, IComparer<T> comparer = null)",
            |call| order::order_by(call, false, false),
            "The items in order",
        ),
        row(
            "static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source, IComparer<T> comparer = null)",
            |call| order::order_by(call, false, true),
            "The items in falling order",
        ),
        row(
            "static IOrderedEnumerable<T> OrderBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer = null)",
            |call| order::order_by(call, true, false),
            "The items in the order of their keys",
        ),
        row(
            "static IOrderedEnumerable<T> OrderByDescending<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer = null)",
            |call| order::order_by(call, true, true),
            "The items in the falling order of their keys",
        ),
        row(
            "static IOrderedEnumerable<T> ThenBy<T, K>(this IOrderedEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer = null)",
            |call| order::then_by(call, false),
            "What is equal so far in the order of other keys",
        ),
        row(
            "static IOrderedEnumerable<T> ThenByDescending<T, K>(this IOrderedEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer = null)",
            |call| order::then_by(call, true),
            "What is equal so far in the falling order of other keys",
        ),
        row(
            "static IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
            |call| group::group_by(call, Places::default()),
            "The items of each key together",
        ),
        row(
            "static IEnumerable<IGrouping<K, T>> GroupBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer)",
            |call| group::group_by(call, Places { comparer: Some(2), ..Places::default() }),
            "The items of each key together, told apart by a comparer",
        ),
        row(
            "static IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector)",
            |call| group::group_by(call, Places { element: Some(2), ..Places::default() }),
            "What a lambda makes of the items of each key, together",
        ),
        row(
            "static IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, IEqualityComparer<K> comparer)",
            |call| group::group_by(call, Places { element: Some(2), comparer: Some(3), ..Places::default() }),
            "What a lambda makes of the items of each key, together, told apart by a comparer",
        ),
        row(
            "static IEnumerable<R> GroupBy<T, K, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<K, IEnumerable<T>, R> resultSelector)",
            |call| group::group_by(call, Places { result: Some(2), ..Places::default() }),
            "What a lambda makes of each key and its items",
        ),
        row(
            "static IEnumerable<R> GroupBy<T, K, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<K, IEnumerable<T>, R> resultSelector, IEqualityComparer<K> comparer)",
            |call| group::group_by(call, Places { result: Some(2), comparer: Some(3), ..Places::default() }),
            "What a lambda makes of each key and its items, told apart by a comparer",
        ),
        row(
            "static IEnumerable<R> GroupBy<T, K, E, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, Func<K, IEnumerable<E>, R> resultSelector)",
            |call| group::group_by(call, Places { element: Some(2), result: Some(3), ..Places::default() }),
            "What lambdas make of each key and its items",
        ),
        row(
            "static IEnumerable<R> GroupBy<T, K, E, R>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, Func<K, IEnumerable<E>, R> resultSelector, IEqualityComparer<K> comparer)",
            |call| group::group_by(call, Places { element: Some(2), result: Some(3), comparer: Some(4) }),
            "What lambdas make of each key and its items, told apart by a comparer",
        ),
        row(
            "static ILookup<K, T> ToLookup<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
            |call| group::to_lookup(call, Places::default()),
            "The items of each key, to be looked up",
        ),
        row(
            "static ILookup<K, T> ToLookup<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer)",
            |call| group::to_lookup(call, Places { comparer: Some(2), ..Places::default() }),
            "The items of each key, to be looked up",
        ),
        row(
            "static ILookup<K, E> ToLookup<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector)",
            |call| group::to_lookup(call, Places { element: Some(2), ..Places::default() }),
            "What a lambda makes of the items of each key, to be looked up",
        ),
        row(
            "static ILookup<K, E> ToLookup<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, IEqualityComparer<K> comparer)",
            |call| group::to_lookup(call, Places { element: Some(2), comparer: Some(3), ..Places::default() }),
            "What a lambda makes of the items of each key, to be looked up",
        ),
        // Collections.
        row(
            "static T[] ToArray<T>(this IEnumerable<T> source)",
            |call| {
                let (items, element) = (source(call)?.rest(call.machine)?, element(call));
                array_of(call.machine, element, items)
            },
            "The items as an array",
        ),
        row(
            "static List<T> ToList<T>(this IEnumerable<T> source)",
            |call| Ok(List::value(element(call), source(call)?.rest(call.machine)?)),
            "The items as a list",
        ),
        row(
            "static HashSet<T> ToHashSet<T>(this IEnumerable<T> source, IEqualityComparer<T> comparer = null)",
            to_hash_set,
            "The items as a set",
        ),
        row(
            "static Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> keySelector)",
            |call| to_dictionary(call, None, None),
            "The items by their keys",
        ),
        row(
            "static Dictionary<K, T> ToDictionary<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IEqualityComparer<K> comparer)",
            |call| to_dictionary(call, None, Some(2)),
            "The items by their keys, told apart by a comparer",
        ),
        row(
            "static Dictionary<K, E> ToDictionary<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector)",
            |call| to_dictionary(call, Some(2), None),
            "What a lambda makes of the items by their keys",
        ),
        row(
            "static Dictionary<K, E> ToDictionary<T, K, E>(this IEnumerable<T> source, Func<T, K> keySelector, Func<T, E> elementSelector, IEqualityComparer<K> comparer)",
            |call| to_dictionary(call, Some(2), Some(3)),
            "What a lambda makes of the items by their keys, told apart by a comparer",
        ),
        // One item.
        row(
            "static T First<T>(this IEnumerable<T> source)",
            |call| one(call, Pick::First, false, Absent::Throw),
            "The first item",
        ),
        row(
            "static T First<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| one(call, Pick::First, true, Absent::Throw),
            "The first item for which it is true",
        ),
        row(
            "static T FirstOrDefault<T>(this IEnumerable<T> source)",
            |call| one(call, Pick::First, false, Absent::Default),
            "The first item, or the default",
        ),
        row(
            "static T FirstOrDefault<T>(this IEnumerable<T> source, T defaultValue)",
            |call| one(call, Pick::First, false, Absent::Given(1)),
            "The first item, or a value",
        ),
        row(
            "static T FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| one(call, Pick::First, true, Absent::Default),
            "The first item for which it is true, or the default",
        ),
        row(
            "static T FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate, T defaultValue)",
            |call| one(call, Pick::First, true, Absent::Given(2)),
            "The first item for which it is true, or a value",
        ),
        row("static T Last<T>(this IEnumerable<T> source)", |call| one(call, Pick::Last, false, Absent::Throw), "The last item"),
        row(
            "static T Last<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| one(call, Pick::Last, true, Absent::Throw),
            "The last item for which it is true",
        ),
        row(
            "static T LastOrDefault<T>(this IEnumerable<T> source)",
            |call| one(call, Pick::Last, false, Absent::Default),
            "The last item, or the default",
        ),
        row(
            "static T LastOrDefault<T>(this IEnumerable<T> source, T defaultValue)",
            |call| one(call, Pick::Last, false, Absent::Given(1)),
            "The last item, or a value",
        ),
        row(
            "static T LastOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| one(call, Pick::Last, true, Absent::Default),
            "The last item for which it is true, or the default",
        ),
        row(
            "static T LastOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate, T defaultValue)",
            |call| one(call, Pick::Last, true, Absent::Given(2)),
            "The last item for which it is true, or a value",
        ),
        row(
            "static T Single<T>(this IEnumerable<T> source)",
            |call| one(call, Pick::Single, false, Absent::Throw),
            "The only item",
        ),
        row(
            "static T Single<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| one(call, Pick::Single, true, Absent::Throw),
            "The only item for which it is true",
        ),
        row(
            "static T SingleOrDefault<T>(this IEnumerable<T> source)",
            |call| one(call, Pick::Single, false, Absent::Default),
            "The only item, or the default",
        ),
        row(
            "static T SingleOrDefault<T>(this IEnumerable<T> source, T defaultValue)",
            |call| one(call, Pick::Single, false, Absent::Given(1)),
            "The only item, or a value",
        ),
        row(
            "static T SingleOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| one(call, Pick::Single, true, Absent::Default),
            "The only item for which it is true, or the default",
        ),
        row(
            "static T SingleOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate, T defaultValue)",
            |call| one(call, Pick::Single, true, Absent::Given(2)),
            "The only item for which it is true, or a value",
        ),
        row(
            "static T ElementAt<T>(this IEnumerable<T> source, int index)",
            |call| element_at(call, false),
            "The item at a position",
        ),
        row(
            "static T ElementAtOrDefault<T>(this IEnumerable<T> source, int index)",
            |call| element_at(call, true),
            "The item at a position, or the default",
        ),
        // Questions.
        row(
            "static bool Any<T>(this IEnumerable<T> source)",
            |call| Ok(source(call)?.next(call.machine)?.is_some().into()),
            "True if there is an item",
        ),
        row(
            "static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| {
                let (mut items, predicate) = (source(call)?, given(call, 1, "predicate")?);
                while let Some(item) = items.next(call.machine)? {
                    if holds(call.machine, &predicate, &[item])? {
                        return Ok(true.into());
                    }
                }
                Ok(false.into())
            },
            "True if it is true for an item",
        ),
        row(
            "static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| {
                let (mut items, predicate) = (source(call)?, given(call, 1, "predicate")?);
                while let Some(item) = items.next(call.machine)? {
                    if !holds(call.machine, &predicate, &[item])? {
                        return Ok(false.into());
                    }
                }
                Ok(true.into())
            },
            "True if it is true for all items",
        ),
        row(
            "static int Count<T>(this IEnumerable<T> source)",
            |call| Ok(count(counted(call, false)?)),
            "How many items there are",
        ),
        row(
            "static int Count<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| Ok(count(counted(call, true)?)),
            "For how many items it is true",
        ),
        row(
            "static long LongCount<T>(this IEnumerable<T> source)",
            |call| Ok(Value::Int64(counted(call, false)? as i64)),
            "How many items there are",
        ),
        row(
            "static long LongCount<T>(this IEnumerable<T> source, Func<T, bool> predicate)",
            |call| Ok(Value::Int64(counted(call, true)? as i64)),
            "For how many items it is true",
        ),
        row(
            "static bool TryGetNonEnumeratedCount<T>(this IEnumerable<T> source, out int count)",
            try_count,
            "How many items there are, if nothing needs to be computed for it",
        ),
        row(
            "static bool Contains<T>(this IEnumerable<T> source, T value, IEqualityComparer<T> comparer = null)",
            contains,
            "True if there is an item that is the same",
        ),
        row(
            "static bool SequenceEqual<T>(this IEnumerable<T> first, IEnumerable<T> second, IEqualityComparer<T> comparer = null)",
            sequence_equal,
            "True if both have the same items in the same order",
        ),
        // Sums and the like.
        row(
            "static T Aggregate<T>(this IEnumerable<T> source, Func<T, T, T> func)",
            |call| {
                let (mut items, function) = (source(call)?, given(call, 1, "func")?);
                let first = items.next(call.machine)?.ok_or_else(no_elements)?;
                fold(call.machine, items, first, &function)
            },
            "What a lambda makes of the result so far and each item",
        ),
        row(
            "static A Aggregate<T, A>(this IEnumerable<T> source, A seed, Func<A, T, A> func)",
            |call| {
                let (items, function, seed) = (source(call)?, given(call, 2, "func")?, call.value(1));
                fold(call.machine, items, seed, &function)
            },
            "What a lambda makes of the result so far and each item, from a first result on",
        ),
        row(
            "static R Aggregate<T, A, R>(this IEnumerable<T> source, A seed, Func<A, T, A> func, Func<A, R> resultSelector)",
            |call| {
                let (items, function, seed) = (source(call)?, given(call, 2, "func")?, call.value(1));
                let result = given(call, 3, "resultSelector")?;
                let folded = fold(call.machine, items, seed, &function)?;
                call.machine.call(&result, &[folded])
            },
            "What lambdas make of the result so far and each item, and of the last result",
        ),
        row("static T Min<T>(this IEnumerable<T> source)", |call| extreme(call, Ordering::Less, None, None), "The smallest item"),
        row(
            "static T Min<T>(this IEnumerable<T> source, IComparer<T> comparer)",
            |call| extreme(call, Ordering::Less, None, Some(1)),
            "The item that a comparer puts first",
        ),
        row(
            "static R Min<T, R>(this IEnumerable<T> source, Func<T, R> selector)",
            |call| extreme(call, Ordering::Less, Some(1), None),
            "The smallest of what a lambda gives for the items",
        ),
        row(
            "static T Max<T>(this IEnumerable<T> source)",
            |call| extreme(call, Ordering::Greater, None, None),
            "The largest item",
        ),
        row(
            "static T Max<T>(this IEnumerable<T> source, IComparer<T> comparer)",
            |call| extreme(call, Ordering::Greater, None, Some(1)),
            "The item that a comparer puts last",
        ),
        row(
            "static R Max<T, R>(this IEnumerable<T> source, Func<T, R> selector)",
            |call| extreme(call, Ordering::Greater, Some(1), None),
            "The largest of what a lambda gives for the items",
        ),
        row(
            "static T MinBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer = null)",
            |call| extreme_by(call, Ordering::Less),
            "The item with the smallest key",
        ),
        row(
            "static T MaxBy<T, K>(this IEnumerable<T> source, Func<T, K> keySelector, IComparer<K> comparer = null)",
            |call| extreme_by(call, Ordering::Greater),
            "The item with the largest key",
        ),
        row("static int Sum(this IEnumerable<int> source)", |call| sum(call, Number::Int, false), "The sum of the items"),
        row(
            "static int? Sum(this IEnumerable<int?> source)",
            |call| sum(call, Number::Int, false),
            "The sum of the items that are not null",
        ),
        row(
            "static int Sum<T>(this IEnumerable<T> source, Func<T, int> selector)",
            |call| sum(call, Number::Int, true),
            "The sum of what a lambda gives for the items",
        ),
        row(
            "static int? Sum<T>(this IEnumerable<T> source, Func<T, int?> selector)",
            |call| sum(call, Number::Int, true),
            "The sum of what a lambda gives for the items, without nulls",
        ),
        row("static long Sum(this IEnumerable<long> source)", |call| sum(call, Number::Long, false), "The sum of the items"),
        row(
            "static long? Sum(this IEnumerable<long?> source)",
            |call| sum(call, Number::Long, false),
            "The sum of the items that are not null",
        ),
        row(
            "static long Sum<T>(this IEnumerable<T> source, Func<T, long> selector)",
            |call| sum(call, Number::Long, true),
            "The sum of what a lambda gives for the items",
        ),
        row(
            "static long? Sum<T>(this IEnumerable<T> source, Func<T, long?> selector)",
            |call| sum(call, Number::Long, true),
            "The sum of what a lambda gives for the items, without nulls",
        ),
        row("static float Sum(this IEnumerable<float> source)", |call| sum(call, Number::Float, false), "The sum of the items"),
        row(
            "static float? Sum(this IEnumerable<float?> source)",
            |call| sum(call, Number::Float, false),
            "The sum of the items that are not null",
        ),
        row(
            "static float Sum<T>(this IEnumerable<T> source, Func<T, float> selector)",
            |call| sum(call, Number::Float, true),
            "The sum of what a lambda gives for the items",
        ),
        row(
            "static float? Sum<T>(this IEnumerable<T> source, Func<T, float?> selector)",
            |call| sum(call, Number::Float, true),
            "The sum of what a lambda gives for the items, without nulls",
        ),
        row(
            "static double Sum(this IEnumerable<double> source)",
            |call| sum(call, Number::Double, false),
            "The sum of the items",
        ),
        row(
            "static double? Sum(this IEnumerable<double?> source)",
            |call| sum(call, Number::Double, false),
            "The sum of the items that are not null",
        ),
        row(
            "static double Sum<T>(this IEnumerable<T> source, Func<T, double> selector)",
            |call| sum(call, Number::Double, true),
            "The sum of what a lambda gives for the items",
        ),
        row(
            "static double? Sum<T>(this IEnumerable<T> source, Func<T, double?> selector)",
            |call| sum(call, Number::Double, true),
            "The sum of what a lambda gives for the items, without nulls",
        ),
        row(
            "static decimal Sum(this IEnumerable<decimal> source)",
            |call| sum(call, Number::Decimal, false),
            "The sum of the items",
        ),
        row(
            "static decimal? Sum(this IEnumerable<decimal?> source)",
            |call| sum(call, Number::Decimal, false),
            "The sum of the items that are not null",
        ),
        row(
            "static decimal Sum<T>(this IEnumerable<T> source, Func<T, decimal> selector)",
            |call| sum(call, Number::Decimal, true),
            "The sum of what a lambda gives for the items",
        ),
        row(
            "static decimal? Sum<T>(this IEnumerable<T> source, Func<T, decimal?> selector)",
            |call| sum(call, Number::Decimal, true),
            "The sum of what a lambda gives for the items, without nulls",
        ),
        row(
            "static double Average(this IEnumerable<int> source)",
            |call| average(call, Number::Int, false, false),
            "The mean of the items",
        ),
        row(
            "static double? Average(this IEnumerable<int?> source)",
            |call| average(call, Number::Int, false, true),
            "The mean of the items that are not null, or null",
        ),
        row(
            "static double Average<T>(this IEnumerable<T> source, Func<T, int> selector)",
            |call| average(call, Number::Int, true, false),
            "The mean of what a lambda gives for the items",
        ),
        row(
            "static double? Average<T>(this IEnumerable<T> source, Func<T, int?> selector)",
            |call| average(call, Number::Int, true, true),
            "The mean of what a lambda gives for the items, or null",
        ),
        row(
            "static double Average(this IEnumerable<long> source)",
            |call| average(call, Number::Long, false, false),
            "The mean of the items",
        ),
        row(
            "static double? Average(this IEnumerable<long?> source)",
            |call| average(call, Number::Long, false, true),
            "The mean of the items that are not null, or null",
        ),
        row(
            "static double Average<T>(this IEnumerable<T> source, Func<T, long> selector)",
            |call| average(call, Number::Long, true, false),
            "The mean of what a lambda gives for the items",
        ),
        row(
            "static double? Average<T>(this IEnumerable<T> source, Func<T, long?> selector)",
            |call| average(call, Number::Long, true, true),
            "The mean of what a lambda gives for the items, or null",
        ),
        row(
            "static float Average(this IEnumerable<float> source)",
            |call| average(call, Number::Float, false, false),
            "The mean of the items",
        ),
        row(
            "static float? Average(this IEnumerable<float?> source)",
            |call| average(call, Number::Float, false, true),
            "The mean of the items that are not null, or null",
        ),
        row(
            "static float Average<T>(this IEnumerable<T> source, Func<T, float> selector)",
            |call| average(call, Number::Float, true, false),
            "The mean of what a lambda gives for the items",
        ),
        row(
            "static float? Average<T>(this IEnumerable<T> source, Func<T, float?> selector)",
            |call| average(call, Number::Float, true, true),
            "The mean of what a lambda gives for the items, or null",
        ),
        row(
            "static double Average(this IEnumerable<double> source)",
            |call| average(call, Number::Double, false, false),
            "The mean of the items",
        ),
        row(
            "static double? Average(this IEnumerable<double?> source)",
            |call| average(call, Number::Double, false, true),
            "The mean of the items that are not null, or null",
        ),
        row(
            "static double Average<T>(this IEnumerable<T> source, Func<T, double> selector)",
            |call| average(call, Number::Double, true, false),
            "The mean of what a lambda gives for the items",
        ),
        row(
            "static double? Average<T>(this IEnumerable<T> source, Func<T, double?> selector)",
            |call| average(call, Number::Double, true, true),
            "The mean of what a lambda gives for the items, or null",
        ),
        row(
            "static decimal Average(this IEnumerable<decimal> source)",
            |call| average(call, Number::Decimal, false, false),
            "The mean of the items",
        ),
        row(
            "static decimal? Average(this IEnumerable<decimal?> source)",
            |call| average(call, Number::Decimal, false, true),
            "The mean of the items that are not null, or null",
        ),
        row(
            "static decimal Average<T>(this IEnumerable<T> source, Func<T, decimal> selector)",
            |call| average(call, Number::Decimal, true, false),
            "The mean of what a lambda gives for the items",
        ),
        row(
            "static decimal? Average<T>(this IEnumerable<T> source, Func<T, decimal?> selector)",
            |call| average(call, Number::Decimal, true, true),
            "The mean of what a lambda gives for the items, or null",
        ),
    ],
    missing: &[],
    doc: "What can be done with anything that has items",
};

/// An error of LINQ's own for a number that does not fit.
fn out_of_range(parameter: &str) -> Thrown {
    Exception::argument_out_of_range("Specified argument was out of the range of valid values.", parameter).into()
}

/// Counts a sequence that is made.
fn made(call: &mut Call<'_, '_>) -> Result<(), Thrown> {
    call.machine.spend(128)
}

/// Arguments for a lambda that may be told the position.
fn told(item: &Value, position: usize, indexed: bool) -> Vec<Value> {
    match indexed {
        true => vec![item.clone(), count(position)],
        false => vec![item.clone()],
    }
}

fn range(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (start, size) = (call.int(0)?, call.int(1)?);
    let end = i64::from(start) + i64::from(size);
    if size < 0 || end - 1 > i64::from(i32::MAX) {
        return Err(out_of_range("count"));
    }
    made(call)?;
    Ok(sequence(Type::INT, move || {
        let mut next = i64::from(start);
        move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            let value = i32::try_from(next).ok().filter(|_| next < end);
            next += 1;
            Ok(value.map(Value::Int32))
        }
    }))
}

fn repeat(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (item, size) = (call.value(0), call.int(1)?);
    if size < 0 {
        return Err(out_of_range("count"));
    }
    made(call)?;
    Ok(sequence(element(call), move || {
        let (item, mut left) = (item.clone(), size);
        move |machine: &mut Machine<'_>| {
            machine.step(1)?;
            left -= 1;
            Ok((left >= 0).then(|| item.clone()))
        }
    }))
}

fn filter(call: &mut Call<'_, '_>, indexed: bool) -> Result<Value, Thrown> {
    let (source, predicate) = (given(call, 0, "source")?, given(call, 1, "predicate")?);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, predicate, mut position) = (Items::of(&source), predicate.clone(), 0);
        move |machine: &mut Machine<'_>| {
            while let Some(item) = items.next(machine)? {
                position += 1;
                if holds(machine, &predicate, &told(&item, position - 1, indexed))? {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        }
    }))
}

fn select(call: &mut Call<'_, '_>, indexed: bool) -> Result<Value, Thrown> {
    let (source, selector) = (given(call, 0, "source")?, given(call, 1, "selector")?);
    made(call)?;
    Ok(sequence(generic(call, 1), move || {
        let (mut items, selector, mut position) = (Items::of(&source), selector.clone(), 0);
        move |machine: &mut Machine<'_>| match items.next(machine)? {
            Some(item) => {
                position += 1;
                machine.call(&selector, &told(&item, position - 1, indexed)).map(Some)
            }
            None => Ok(None),
        }
    }))
}

fn select_many(call: &mut Call<'_, '_>, indexed: bool, result: Option<usize>) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    let selector = given(call, 1, if result.is_some() { "collectionSelector" } else { "selector" })?;
    let result = result.map(|at| given(call, at, "resultSelector")).transpose()?;
    made(call)?;
    Ok(sequence(generic(call, if result.is_some() { 2 } else { 1 }), move || {
        let (mut items, selector, result) = (Items::of(&source), selector.clone(), result.clone());
        let mut position = 0;
        let mut inner: Option<(Value, Items)> = None;
        move |machine: &mut Machine<'_>| loop {
            if let Some((outer, items)) = &mut inner {
                if let Some(item) = items.next(machine)? {
                    return match &result {
                        Some(result) => machine.call(result, &[outer.clone(), item]).map(Some),
                        None => Ok(Some(item)),
                    };
                }
                inner = None;
            }
            let Some(item) = items.next(machine)? else { return Ok(None) };
            position += 1;
            let collection = machine.call(&selector, &told(&item, position - 1, indexed))?;
            inner = Some((item, Items::of(&collection)));
        }
    }))
}

fn take(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, most) = (given(call, 0, "source")?, call.int(1)?);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, mut left) = (Items::of(&source), most);
        move |machine: &mut Machine<'_>| {
            if left <= 0 {
                return Ok(None);
            }
            left -= 1;
            items.next(machine)
        }
    }))
}

fn skip(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, first) = (given(call, 0, "source")?, call.int(1)?);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, mut left) = (Items::of(&source), first);
        move |machine: &mut Machine<'_>| {
            while left > 0 {
                left -= 1;
                if items.next(machine)?.is_none() {
                    left = 0;
                    return Ok(None);
                }
            }
            items.next(machine)
        }
    }))
}

fn take_while(call: &mut Call<'_, '_>, indexed: bool) -> Result<Value, Thrown> {
    let (source, predicate) = (given(call, 0, "source")?, given(call, 1, "predicate")?);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, predicate, mut position, mut over) = (Items::of(&source), predicate.clone(), 0, false);
        move |machine: &mut Machine<'_>| {
            if !over && let Some(item) = items.next(machine)? {
                position += 1;
                if holds(machine, &predicate, &told(&item, position - 1, indexed))? {
                    return Ok(Some(item));
                }
            }
            over = true;
            Ok(None)
        }
    }))
}

fn skip_while(call: &mut Call<'_, '_>, indexed: bool) -> Result<Value, Thrown> {
    let (source, predicate) = (given(call, 0, "source")?, given(call, 1, "predicate")?);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, predicate, mut position, mut begun) = (Items::of(&source), predicate.clone(), 0, false);
        move |machine: &mut Machine<'_>| {
            while let Some(item) = items.next(machine)? {
                position += 1;
                if begun || !holds(machine, &predicate, &told(&item, position - 1, indexed))? {
                    begun = true;
                    return Ok(Some(item));
                }
            }
            Ok(None)
        }
    }))
}

fn take_last(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, most) = (given(call, 0, "source")?, usize::try_from(call.int(1)?).unwrap_or(0));
    made(call)?;
    Ok(sequence(element(call), move || {
        let source = source.clone();
        let mut last: Option<std::vec::IntoIter<Value>> = None;
        move |machine: &mut Machine<'_>| {
            let last = match &mut last {
                Some(last) => last,
                None => {
                    let mut all = Items::of(&source).rest(machine)?;
                    let from = all.len().saturating_sub(most);
                    last.insert(all.split_off(from).into_iter())
                }
            };
            Ok(Iterator::next(last))
        }
    }))
}

fn skip_last(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, least) = (given(call, 0, "source")?, usize::try_from(call.int(1)?).unwrap_or(0));
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, mut waiting) = (Items::of(&source), VecDeque::new());
        move |machine: &mut Machine<'_>| {
            while let Some(item) = items.next(machine)? {
                keep(machine, 1)?;
                waiting.push_back(item);
                if waiting.len() > least {
                    return Ok(waiting.pop_front());
                }
            }
            Ok(None)
        }
    }))
}

/// An item's key, or the item itself.
fn key_of(machine: &mut Machine<'_>, key: Option<&Value>, item: &Value) -> Result<Value, Thrown> {
    match key {
        Some(key) => machine.call(key, std::slice::from_ref(item)),
        None => Ok(item.clone()),
    }
}

fn distinct(call: &mut Call<'_, '_>, key: Option<usize>, comparer: usize) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    let key = key.map(|at| given(call, at, "keySelector")).transpose()?;
    let rule = Rule::given(call, comparer);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, key, mut seen) = (Items::of(&source), key.clone(), Keyed::new(rule));
        move |machine: &mut Machine<'_>| {
            while let Some(item) = items.next(machine)? {
                let key = key_of(machine, key.as_ref(), &item)?;
                if seen.add(machine, key, ())? {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        }
    }))
}

fn union(call: &mut Call<'_, '_>, key: Option<usize>, comparer: usize) -> Result<Value, Thrown> {
    let (first, second) = (given(call, 0, "first")?, given(call, 1, "second")?);
    let key = key.map(|at| given(call, at, "keySelector")).transpose()?;
    let rule = Rule::given(call, comparer);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut first, mut second) = (Items::of(&first), Items::of(&second));
        let (key, mut seen) = (key.clone(), Keyed::new(rule));
        move |machine: &mut Machine<'_>| loop {
            let next = match first.next(machine)? {
                Some(item) => Some(item),
                None => second.next(machine)?,
            };
            let Some(item) = next else { return Ok(None) };
            let key = key_of(machine, key.as_ref(), &item)?;
            if seen.add(machine, key, ())? {
                return Ok(Some(item));
            }
        }
    }))
}

/// `Intersect`, or `Except` where items are left out that the other has.
fn compared(call: &mut Call<'_, '_>, both: bool, key: Option<usize>, comparer: usize) -> Result<Value, Thrown> {
    let (first, second) = (given(call, 0, "first")?, given(call, 1, "second")?);
    let key = key.map(|at| given(call, at, "keySelector")).transpose()?;
    let rule = Rule::given(call, comparer);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut first, second, key) = (Items::of(&first), second.clone(), key.clone());
        let mut others: Option<Keyed<()>> = None;
        move |machine: &mut Machine<'_>| {
            let others = match &mut others {
                Some(others) => others,
                None => {
                    let (mut table, mut items) = (Keyed::new(rule), Items::of(&second));
                    while let Some(item) = items.next(machine)? {
                        table.add(machine, item, ())?;
                    }
                    others.insert(table)
                }
            };
            while let Some(item) = first.next(machine)? {
                let key = key_of(machine, key.as_ref(), &item)?;
                let wanted = match both {
                    true => others.remove(machine, &key)?.is_some(),
                    false => others.add(machine, key, ())?,
                };
                if wanted {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        }
    }))
}

fn of_type(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, wanted) = (given(call, 0, "source")?, generic(call, 0));
    made(call)?;
    Ok(sequence(wanted.clone(), move || {
        let (mut items, wanted) = (Items::of(&source), wanted.clone());
        move |machine: &mut Machine<'_>| {
            while let Some(item) = items.next(machine)? {
                if !item.is_null() && is_instance(&item, &wanted) {
                    return Ok(Some(item));
                }
            }
            Ok(None)
        }
    }))
}

fn cast(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, wanted) = (given(call, 0, "source")?, generic(call, 0));
    made(call)?;
    Ok(sequence(wanted.clone(), move || {
        let (mut items, wanted) = (Items::of(&source), wanted.clone());
        move |machine: &mut Machine<'_>| {
            let Some(item) = items.next(machine)? else { return Ok(None) };
            // Only a reference is cast: an `int` in a box is no `long`.
            match &item {
                Value::Null if wanted.takes_null() => Ok(Some(item)),
                Value::Null => Err(Thrown::null_reference()),
                _ if is_instance(&item, &wanted) => Ok(Some(item)),
                _ => Err(Thrown::invalid_cast(&item.net_type(), &wanted)),
            }
        }
    }))
}

fn zip(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (first, second) = (given(call, 0, "first")?, given(call, 1, "second")?);
    let result = given(call, 2, "resultSelector")?;
    made(call)?;
    Ok(sequence(generic(call, 2), move || {
        let (mut first, mut second, result) = (Items::of(&first), Items::of(&second), result.clone());
        move |machine: &mut Machine<'_>| {
            let Some(one) = first.next(machine)? else { return Ok(None) };
            let Some(other) = second.next(machine)? else { return Ok(None) };
            machine.call(&result, &[one, other]).map(Some)
        }
    }))
}

fn chunk(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (source, size) = (given(call, 0, "source")?, call.int(1)?);
    let size = usize::try_from(size).ok().filter(|&size| size > 0).ok_or_else(|| out_of_range("size"))?;
    made(call)?;
    let kind = element(call);
    Ok(sequence(Type::Array(kind.clone().into()), move || {
        let (mut items, kind) = (Items::of(&source), kind.clone());
        move |machine: &mut Machine<'_>| {
            let mut chunk = Vec::new();
            while chunk.len() < size
                && let Some(item) = items.next(machine)?
            {
                chunk.push(item);
            }
            if chunk.is_empty() { Ok(None) } else { array_of(machine, kind.clone(), chunk).map(Some) }
        }
    }))
}

fn concat(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (first, second) = (given(call, 0, "first")?, given(call, 1, "second")?);
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut first, mut second, mut over) = (Items::of(&first), Items::of(&second), false);
        move |machine: &mut Machine<'_>| {
            if !over && let Some(item) = first.next(machine)? {
                return Ok(Some(item));
            }
            over = true;
            second.next(machine)
        }
    }))
}

/// `Append` and `Prepend`.
fn with(call: &mut Call<'_, '_>, at_start: bool) -> Result<Value, Thrown> {
    let (source, added) = (given(call, 0, "source")?, call.value(1));
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, mut added) = (Items::of(&source), Some(added.clone()));
        move |machine: &mut Machine<'_>| {
            if at_start && added.is_some() {
                return Ok(added.take());
            }
            match items.next(machine)? {
                Some(item) => Ok(Some(item)),
                None => Ok(added.take()),
            }
        }
    }))
}

fn default_if_empty(call: &mut Call<'_, '_>, default: Option<usize>) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    let default = default.map_or_else(|| element(call).default_value(), |at| call.value(at));
    made(call)?;
    Ok(sequence(element(call), move || {
        let (mut items, mut default) = (Items::of(&source), Some(default.clone()));
        move |machine: &mut Machine<'_>| match items.next(machine)? {
            Some(item) => {
                default = None;
                Ok(Some(item))
            }
            None => Ok(default.take()),
        }
    }))
}

fn reverse(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    made(call)?;
    Ok(sequence(element(call), move || {
        let (source, mut all) = (source.clone(), None::<Vec<Value>>);
        move |machine: &mut Machine<'_>| {
            let all = match &mut all {
                Some(all) => all,
                None => all.insert(Items::of(&source).rest(machine)?),
            };
            Ok(all.pop())
        }
    }))
}

fn to_hash_set(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (mut items, mut table) = (source(call)?, Keyed::new(Rule::given(call, 1)));
    while let Some(item) = items.next(call.machine)? {
        table.add(call.machine, item, ())?;
    }
    Ok(Set::value(element(call), table))
}

fn to_dictionary(call: &mut Call<'_, '_>, value: Option<usize>, comparer: Option<usize>) -> Result<Value, Thrown> {
    let (mut items, key) = (source(call)?, given(call, 1, "keySelector")?);
    let selector = value.map(|at| given(call, at, "elementSelector")).transpose()?;
    let mut table = Keyed::new(comparer.map_or(Rule::default(), |at| Rule::given(call, at)));
    while let Some(item) = items.next(call.machine)? {
        let key = call.machine.call(&key, std::slice::from_ref(&item))?;
        let value = key_of(call.machine, selector.as_ref(), &item)?;
        dictionary::add(&mut table, call.machine, key, value)?;
    }
    let value = generic(call, if value.is_some() { 2 } else { 0 });
    Ok(dictionary::Dictionary::value(generic(call, 1), value, table))
}

/// Which item is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pick {
    First,
    Last,
    Single,
}

/// What happens if there is none.
#[derive(Clone, Copy)]
enum Absent {
    Throw,
    Default,
    Given(usize),
}

fn one(call: &mut Call<'_, '_>, pick: Pick, tested: bool, absent: Absent) -> Result<Value, Thrown> {
    let mut items = source(call)?;
    let predicate = if tested { Some(given(call, 1, "predicate")?) } else { None };
    let mut found = None;
    while let Some(item) = items.next(call.machine)? {
        if let Some(predicate) = &predicate
            && !holds(call.machine, predicate, std::slice::from_ref(&item))?
        {
            continue;
        }
        if pick == Pick::Single && found.is_some() {
            let what = if tested { "matching element" } else { "element" };
            return Err(Exception::invalid_operation(format!("Sequence contains more than one {what}")).into());
        }
        found = Some(item);
        if pick == Pick::First {
            break;
        }
    }
    match (found, absent) {
        (Some(item), _) => Ok(item),
        (None, Absent::Default) => Ok(element(call).default_value()),
        (None, Absent::Given(at)) => Ok(call.value(at)),
        (None, Absent::Throw) if tested => Err(Exception::invalid_operation("Sequence contains no matching element").into()),
        (None, Absent::Throw) => Err(no_elements()),
    }
}

fn element_at(call: &mut Call<'_, '_>, or_default: bool) -> Result<Value, Thrown> {
    let (mut items, index) = (source(call)?, call.int(1)?);
    let mut left = usize::try_from(index).ok();
    while let Some(left) = &mut left
        && let Some(item) = items.next(call.machine)?
    {
        if *left == 0 {
            return Ok(item);
        }
        *left -= 1;
    }
    if or_default {
        return Ok(element(call).default_value());
    }
    // Lists and arrays throw their own.
    let source = call.value(0);
    match source.downcast_ref::<List>().is_some() || source.downcast_ref::<Array>().is_some() {
        true => Err(search::outside("index").into()),
        false => Err(out_of_range("index")),
    }
}

fn counted(call: &mut Call<'_, '_>, tested: bool) -> Result<usize, Thrown> {
    let mut items = source(call)?;
    let predicate = if tested { Some(given(call, 1, "predicate")?) } else { None };
    let mut counted = 0;
    while let Some(item) = items.next(call.machine)? {
        counted += match &predicate {
            Some(predicate) => usize::from(holds(call.machine, predicate, &[item])?),
            None => 1,
        };
    }
    Ok(counted)
}

fn try_count(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let source = given(call, 0, "source")?;
    let there = source.net_type().as_base(&super::collections::I_COLLECTION).is_some();
    let counted = if there { counted(call, false)? } else { 0 };
    call.set_out(1, count(counted));
    Ok(there.into())
}

fn contains(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (mut items, value, rule) = (source(call)?, call.value(1), Rule::given(call, 2));
    while let Some(item) = items.next(call.machine)? {
        if rule.equals(call.machine, &item, &value) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn sequence_equal(call: &mut Call<'_, '_>) -> Result<Value, Thrown> {
    let (mut first, mut second) = (Items::of(&given(call, 0, "first")?), Items::of(&given(call, 1, "second")?));
    let rule = Rule::given(call, 2);
    loop {
        match (first.next(call.machine)?, second.next(call.machine)?) {
            (None, None) => return Ok(true.into()),
            (Some(one), Some(other)) if rule.equals(call.machine, &one, &other) => {}
            _ => return Ok(false.into()),
        }
    }
}

fn fold(machine: &mut Machine<'_>, mut items: Items, first: Value, function: &Value) -> Result<Value, Thrown> {
    let mut result = first;
    while let Some(item) = items.next(machine)? {
        result = machine.call(function, &[result, item])?;
    }
    Ok(result)
}

/// `Min` and `Max`: nulls do not count.
fn extreme(call: &mut Call<'_, '_>, wanted: Ordering, selector: Option<usize>, comparer: Option<usize>) -> Result<Value, Thrown> {
    let mut items = source(call)?;
    let selected = selector.is_some();
    let selector = selector.map(|at| given(call, at, "selector")).transpose()?;
    let rule = comparer.map_or(Rule::default(), |at| Rule::given(call, at));
    let mut best: Option<Value> = None;
    while let Some(item) = items.next(call.machine)? {
        let value = key_of(call.machine, selector.as_ref(), &item)?;
        if value.is_null() {
            continue;
        }
        let better = match &best {
            Some(best) => rule.compare(call.machine, &value, best)? == wanted,
            None => true,
        };
        if better {
            best = Some(value);
        }
    }
    let kind = generic(call, usize::from(selected));
    match best {
        Some(best) => Ok(best),
        None if kind.takes_null() => Ok(Value::Null),
        None => Err(no_elements()),
    }
}

/// `MinBy` and `MaxBy`.
fn extreme_by(call: &mut Call<'_, '_>, wanted: Ordering) -> Result<Value, Thrown> {
    let (mut items, selector, rule) = (source(call)?, given(call, 1, "keySelector")?, Rule::given(call, 2));
    let mut best: Option<(Value, Value)> = None;
    let mut first = None;
    while let Some(item) = items.next(call.machine)? {
        let key = call.machine.call(&selector, std::slice::from_ref(&item))?;
        first.get_or_insert_with(|| item.clone());
        if key.is_null() {
            continue;
        }
        let better = match &best {
            Some((best, _)) => rule.compare(call.machine, &key, best)? == wanted,
            None => true,
        };
        if better {
            best = Some((key, item));
        }
    }
    match best.map(|(_, item)| item).or(first) {
        Some(item) => Ok(item),
        None if element(call).takes_null() => Ok(Value::Null),
        None => Err(no_elements()),
    }
}

/// The types of numbers that have sums.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Int,
    Long,
    Float,
    Double,
    Decimal,
}

/// A sum that is being made, and how many numbers are in it.
#[derive(Default)]
struct Sum {
    whole: i64,
    real: f64,
    decimal: Decimal,
    count: u64,
}

fn overflow() -> Thrown {
    Exception::overflow("Arithmetic operation resulted in an overflow.").into()
}

fn summed(call: &mut Call<'_, '_>, number: Number, selected: bool) -> Result<Sum, Thrown> {
    let mut items = source(call)?;
    let selector = if selected { Some(given(call, 1, "selector")?) } else { None };
    let mut sum = Sum::default();
    while let Some(item) = items.next(call.machine)? {
        let value = key_of(call.machine, selector.as_ref(), &item)?;
        if value.is_null() {
            continue;
        }
        sum.count += 1;
        match number {
            Number::Int | Number::Long => {
                let value = value.as_integer().and_then(|value| i64::try_from(value).ok()).ok_or_else(overflow)?;
                sum.whole = sum.whole.checked_add(value).ok_or_else(overflow)?;
            }
            Number::Float | Number::Double => {
                sum.real += match value {
                    Value::Single(value) => value.into(),
                    Value::Double(value) => value,
                    other => other.as_integer().unwrap_or_default() as f64,
                }
            }
            Number::Decimal => {
                let value = match value {
                    Value::Decimal(value) => value,
                    other => decimal::from_integer(other.as_integer().unwrap_or_default()),
                };
                sum.decimal = decimal::add(sum.decimal, value)?;
            }
        }
    }
    Ok(sum)
}

fn sum(call: &mut Call<'_, '_>, number: Number, selected: bool) -> Result<Value, Thrown> {
    let sum = summed(call, number, selected)?;
    Ok(match number {
        Number::Int => Value::Int32(i32::try_from(sum.whole).map_err(|_| overflow())?),
        Number::Long => Value::Int64(sum.whole),
        Number::Float => Value::Single(sum.real as f32),
        Number::Double => Value::Double(sum.real),
        Number::Decimal => Value::Decimal(sum.decimal),
    })
}

fn average(call: &mut Call<'_, '_>, number: Number, selected: bool, nullable: bool) -> Result<Value, Thrown> {
    let sum = summed(call, number, selected)?;
    if sum.count == 0 {
        return if nullable { Ok(Value::Null) } else { Err(no_elements()) };
    }
    let count = sum.count as f64;
    Ok(match number {
        Number::Int | Number::Long => Value::Double(sum.whole as f64 / count),
        Number::Float => Value::Single((sum.real / count) as f32),
        Number::Double => Value::Double(sum.real / count),
        Number::Decimal => Value::Decimal(decimal::divide(sum.decimal, decimal::from_integer(sum.count.into()))?),
    })
}
