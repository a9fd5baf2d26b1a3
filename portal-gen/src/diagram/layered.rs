//! Where boxes stand and lines run: layers from top to bottom, as few crossings as a few sweeps find, straight lines first.
//!
//! The method of Sugiyama: edges that close a circle are turned, each node gets a layer below those that lead to it, edges
//! that skip layers get a point on each, layers are ordered by where their neighbours stand, and at last every box is put
//! as near as it can to the middle of its neighbours.

/// Space between layers, between boxes of a layer, and between lines that pass.
const LAYER_GAP: f64 = 44.0;
const BOX_GAP: f64 = 34.0;
const LINE_GAP: f64 = 22.0;
/// How often layers are ordered, and positions improved.
const SWEEPS: usize = 12;

/// What is laid out.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// Width and height of each box.
    pub(super) boxes: Vec<(f64, f64)>,
    pub(super) edges: Vec<Edge>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Width and height of its label; zero without one.
    pub(super) label: (f64, f64),
    /// How many layers it spans at least.
    pub(super) length: usize,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Laid {
    pub(super) size: (f64, f64),
    /// The middle of each box.
    pub(super) boxes: Vec<(f64, f64)>,
    /// The points that each edge passes between its boxes, in its direction.
    pub(super) lines: Vec<Vec<(f64, f64)>>,
    /// The middle of each label.
    pub(super) labels: Vec<Option<(f64, f64)>>,
}

/// A box, or the point at which an edge passes a layer.
struct Item {
    width: f64,
    height: f64,
    layer: usize,
    /// Not a box.
    passes: bool,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// Lays a graph out.
pub(super) fn lay_out(graph: &Graph) -> Laid {
    let turned = circles(graph);
    let layers_of = layers_of(graph, &turned);
    let mut items: Vec<Item> = graph
        .boxes
        .iter()
        .zip(&layers_of)
        .map(|(&(width, height), &layer)| Item { width, height, layer, passes: false, above: Vec::new(), below: Vec::new() })
        .collect();
    let mut passes: Vec<Vec<usize>> = Vec::new();
    let mut labelled: Vec<Option<usize>> = Vec::new();
    for (index, edge) in graph.edges.iter().enumerate() {
        let (mut path, mut label) = (Vec::new(), None);
        if edge.from != edge.to {
            let (top, bottom) = if turned[index] { (edge.to, edge.from) } else { (edge.from, edge.to) };
            let (first, last) = (layers_of[top], layers_of[bottom]);
            let mut before = top;
            for layer in first + 1..last {
                let carries = edge.label.0 > 0.0 && layer == (first + last) / 2;
                let (width, height) = if carries { (edge.label.0 + 12.0, edge.label.1 + 6.0) } else { (0.0, 0.0) };
                items.push(Item { width, height, layer, passes: true, above: vec![before], below: Vec::new() });
                let item = items.len() - 1;
                items[before].below.push(item);
                path.push(item);
                label = label.or(carries.then_some(item));
                before = item;
            }
            items[before].below.push(bottom);
            items[bottom].above.push(before);
        }
        passes.push(path);
        labelled.push(label);
    }
    let mut layers = ordered(&items);
    let x = positions(&items, &mut layers);
    let (y, bands, height) = heights(&items, &layers);
    let at = |item: usize| (x[item], y[item]);
    let lines = passes.iter().enumerate().map(|(index, path)| {
        // Straight through the layer, whose boxes may be high; bends belong between layers.
        let through = |&item: &usize| {
            let half = bands[items[item].layer] / 2.0;
            [(x[item], y[item] - half), (x[item], y[item] + half)]
        };
        let mut points: Vec<(f64, f64)> = path.iter().flat_map(through).collect();
        if turned[index] {
            points.reverse();
        }
        points
    });
    let right = items.iter().zip(&x).map(|(item, x)| x + item.width / 2.0).fold(0.0, f64::max);
    Laid {
        size: (right, height),
        boxes: (0..graph.boxes.len()).map(at).collect(),
        lines: lines.collect(),
        labels: labelled.into_iter().map(|item| item.map(at)).collect(),
    }
}

/// Which edges lead back to where a path came from; they are laid out the other way round.
fn circles(graph: &Graph) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut turned = vec![false; graph.edges.len()];
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); graph.boxes.len()];
    for (index, edge) in graph.edges.iter().enumerate() {
        leaving[edge.from].push(index);
    }
    let mut states = vec![State::New; graph.boxes.len()];
    for start in 0..graph.boxes.len() {
        // Boxes with how many of their edges were followed; not recursion, which a long chain would exhaust.
        let mut path = vec![(start, 0)];
        while let Some((node, followed)) = path.pop() {
            if followed == 0 && states[node] != State::New {
                continue;
            }
            states[node] = State::Open;
            let Some(&edge) = leaving[node].get(followed) else {
                states[node] = State::Done;
                continue;
            };
            path.push((node, followed + 1));
            let to = graph.edges[edge].to;
            match states[to] {
                State::Open => turned[edge] = to != node,
                State::New => path.push((to, 0)),
                State::Done => {}
            }
        }
    }
    turned
}

/// The layer of each box: below everything that leads to it, then as near as it can to what it leads to.
fn layers_of(graph: &Graph, turned: &[bool]) -> Vec<usize> {
    let edges: Vec<(usize, usize, usize)> = graph
        .edges
        .iter()
        .zip(turned)
        .filter(|(edge, _)| edge.from != edge.to)
        .map(|(edge, turned)| {
            let length = edge.length.max(if edge.label.0 > 0.0 { 2 } else { 1 });
            if *turned { (edge.to, edge.from, length) } else { (edge.from, edge.to, length) }
        })
        .collect();
    let mut layers = vec![0; graph.boxes.len()];
    // Without circles, as many rounds as boxes are enough.
    for _ in 0..=graph.boxes.len() {
        let mut changed = false;
        for &(from, to, length) in &edges {
            if layers[to] < layers[from] + length {
                layers[to] = layers[from] + length;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    // What nothing leads to stands right above what it leads to.
    for node in 0..graph.boxes.len() {
        if !edges.iter().any(|&(_, to, _)| to == node)
            && let Some(highest) = edges.iter().filter(|edge| edge.0 == node).map(|&(_, to, length)| layers[to] - length).min()
        {
            layers[node] = highest;
        }
    }
    layers
}

/// The items of each layer, in an order with few crossings.
fn ordered(items: &[Item]) -> Vec<Vec<usize>> {
    let count = items.iter().map(|item| item.layer + 1).max().unwrap_or(0);
    let mut layers = vec![Vec::new(); count];
    for (index, item) in items.iter().enumerate() {
        layers[item.layer].push(index);
    }
    let mut best = layers.clone();
    let mut least = crossings(items, &best);
    for sweep in 0..SWEEPS {
        let downward = sweep % 2 == 0;
        let order: Vec<usize> = if downward { (0..count).collect() } else { (0..count).rev().collect() };
        for layer in order {
            let place = places(&layers, items.len());
            let mut middles: Vec<(f64, usize)> = layers[layer]
                .iter()
                .map(|&item| {
                    let neighbours = if downward { &items[item].above } else { &items[item].below };
                    let sum: f64 = neighbours.iter().map(|&other| place[other]).sum();
                    (if neighbours.is_empty() { place[item] } else { sum / neighbours.len() as f64 }, item)
                })
                .collect();
            middles.sort_by(|a, b| a.0.total_cmp(&b.0));
            layers[layer] = middles.into_iter().map(|(_, item)| item).collect();
        }
        let now = crossings(items, &layers);
        if now < least {
            (least, best) = (now, layers.clone());
        }
    }
    best
}

/// Where each item stands in its layer, from 0 to 1.
fn places(layers: &[Vec<usize>], count: usize) -> Vec<f64> {
    let mut place = vec![0.0; count];
    for layer in layers {
        for (at, &item) in layer.iter().enumerate() {
            place[item] = (at as f64 + 0.5) / layer.len() as f64;
        }
    }
    place
}

fn crossings(items: &[Item], layers: &[Vec<usize>]) -> usize {
    let place = places(layers, items.len());
    let mut count = 0;
    for layer in layers {
        let lines: Vec<(f64, f64)> = layer
            .iter()
            .flat_map(|&item| items[item].below.iter().map(move |&below| (item, below)))
            .map(|(a, b)| (place[a], place[b]))
            .collect();
        for (index, first) in lines.iter().enumerate() {
            count += lines[index + 1..].iter().filter(|second| (first.0 - second.0) * (first.1 - second.1) < 0.0).count();
        }
    }
    count
}

/// The horizontal middle of each item.
fn positions(items: &[Item], layers: &mut [Vec<usize>]) -> Vec<f64> {
    let mut x = vec![0.0; items.len()];
    for layer in layers.iter() {
        let mut right = 0.0;
        for (at, &item) in layer.iter().enumerate() {
            x[item] = if at == 0 { items[item].width / 2.0 } else { right + apart(items, layer[at - 1], item) };
            right = x[item];
        }
    }
    for sweep in 0..SWEEPS * 2 {
        let downward = sweep % 2 == 0;
        let order: Vec<usize> = if downward { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        for layer in order {
            let layer = &layers[layer];
            let wanted: Vec<(f64, f64)> = layer
                .iter()
                .map(|&item| {
                    let item_above = &items[item].above;
                    let item_below = &items[item].below;
                    let near: Vec<usize> = match (downward, sweep + 2 >= SWEEPS * 2) {
                        // At last everything counts.
                        (_, true) => item_above.iter().chain(item_below).copied().collect(),
                        (true, _) => item_above.clone(),
                        (false, _) => item_below.clone(),
                    };
                    if near.is_empty() {
                        return (x[item], 0.1);
                    }
                    // A line that passes is kept straight before boxes are centred.
                    let weight = |other: usize| if items[other].passes && items[item].passes { 4.0 } else { 1.0 };
                    let sum: f64 = near.iter().map(|&other| weight(other)).sum();
                    (near.iter().map(|&other| x[other] * weight(other)).sum::<f64>() / sum, sum)
                })
                .collect();
            for (item, position) in layer.iter().zip(spread(items, layer, &wanted)) {
                x[*item] = position;
            }
        }
    }
    let left = items.iter().zip(&x).map(|(item, x)| x - item.width / 2.0).fold(f64::INFINITY, f64::min);
    x.iter().map(|x| x - if left.is_finite() { left } else { 0.0 }).collect()
}

/// The least distance of two neighbours' middles.
fn apart(items: &[Item], left: usize, right: usize) -> f64 {
    let gap = if items[left].passes || items[right].passes { LINE_GAP } else { BOX_GAP };
    items[left].width / 2.0 + gap + items[right].width / 2.0
}

/// The positions nearest to those wanted, each with its weight, at which neighbours keep apart: pools of neighbours that
/// push each other move together.
fn spread(items: &[Item], layer: &[usize], wanted: &[(f64, f64)]) -> Vec<f64> {
    let mut offset = 0.0;
    let offsets: Vec<f64> = (0..layer.len())
        .map(|at| {
            offset += if at == 0 { 0.0 } else { apart(items, layer[at - 1], layer[at]) };
            offset
        })
        .collect();
    // Position, weight, and how many items.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (at, (position, weight)) in wanted.iter().enumerate() {
        let mut pool = (position - offsets[at], *weight, 1);
        while let Some(&last) = pools.last() {
            if last.0 <= pool.0 {
                break;
            }
            pools.pop();
            let sum = last.1 + pool.1;
            pool = ((last.0 * last.1 + pool.0 * pool.1) / sum, sum, last.2 + pool.2);
        }
        pools.push(pool);
    }
    let pooled = pools.iter().flat_map(|&(position, _, count)| std::iter::repeat_n(position, count));
    pooled.zip(offsets).map(|(position, offset)| position + offset).collect()
}

/// The vertical middle of each item, the height of each layer, and of all.
fn heights(items: &[Item], layers: &[Vec<usize>]) -> (Vec<f64>, Vec<f64>, f64) {
    let mut bands = Vec::new();
    let mut y = vec![0.0; items.len()];
    let mut top = 0.0;
    for (index, layer) in layers.iter().enumerate() {
        let height = layer.iter().map(|&item| items[item].height).fold(0.0, f64::max);
        let has_box = layer.iter().any(|&item| !items[item].passes);
        // A layer that only labels stand on needs less space around it.
        let gap = if has_box { LAYER_GAP } else { LAYER_GAP / 2.0 };
        if index > 0 {
            top += if layers[index - 1].iter().all(|&item| items[item].passes) { LAYER_GAP / 2.0 } else { gap };
        }
        for &item in layer {
            y[item] = top + height / 2.0;
        }
        top += height;
        bands.push(height);
    }
    (y, bands, top)
}
