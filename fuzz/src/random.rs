//! Fuzzing for a moment: changed copies of the seeds, the same ones in every run.

use crate::seeds;
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

/// The longest input.
const BYTES_MAX: usize = 16 << 10;

/// The longest that one input may take, in a build with every check, on a busy machine.
const SLOW: Duration = Duration::from_secs(20);

/// Runs a target with its seeds, and then with changed ones for some time. Panics with the first input that fails.
pub fn run(name: &str, target: fn(&[u8]), time: Duration) {
    let seeds = seeds::of(name);
    assert!(seeds.len() > 20, "only {} seeds for `{name}`", seeds.len());
    let words = seeds::dictionary(name);
    let mut random = Random(0x5eed);
    let start = Instant::now();
    for seed in &seeds {
        attempt(name, target, seed);
    }
    let mut count = seeds.len();
    while start.elapsed() < time {
        let mut input = random.one(&seeds).clone();
        for _ in 0..1 + random.below(6) {
            change(&mut input, &seeds, words, &mut random);
            input.truncate(BYTES_MAX);
        }
        attempt(name, target, &input);
        count += 1;
    }
    println!("{name}: {count} inputs, {} of them seeds", seeds.len());
}

fn attempt(name: &str, target: fn(&[u8]), input: &[u8]) {
    let start = Instant::now();
    let held = catch_unwind(AssertUnwindSafe(|| target(input))).is_ok();
    if held && start.elapsed() < SLOW {
        return;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(format!("random-{name}"));
    let kept = fs::create_dir_all(file.with_file_name("")).and_then(|()| fs::write(&file, input));
    let kept = kept.map_or_else(|error| error.to_string(), |()| format!("kept in {}", file.display()));
    panic!("{name}: an input fails, or takes too long ({:?}); {kept}", start.elapsed());
}

/// Changes an input in one place.
fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&str], random: &mut Random) {
    let from = random.below(input.len() + 1);
    let most = *random.one(&[2, 5, 17, 65]);
    let to = (from + random.below(most)).min(input.len());
    match random.below(9) {
        0 => drop(input.drain(from..to)),
        1 => {
            let part = input[from..to].to_vec();
            let at = random.below(input.len() + 1);
            input.splice(at..at, part);
        }
        2 => {
            let part = input[from..to].repeat(1 + random.below(200));
            input.splice(from..to, part);
        }
        3 => {
            let other = random.one(seeds);
            let start = random.below(other.len() + 1);
            let end = (start + random.below(80)).min(other.len());
            input.splice(from..to, other[start..end].iter().copied());
        }
        4 => input.truncate(from),
        5 => {
            let other = random.one(seeds);
            let start = random.below(other.len() + 1);
            input.truncate(from);
            input.extend_from_slice(&other[start..]);
        }
        6 if from < input.len() => input[from] = random.below(256) as u8,
        7 => {
            let word = random.one(words).repeat(1 + random.below(40));
            input.splice(from..from, word.into_bytes());
        }
        _ => {
            let word = *random.one(words);
            input.splice(from..from, word.bytes());
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    /// One from 0 to `end`, without the end.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

#[cfg(test)]
mod tests {
    use crate::TARGETS;
    use std::time::Duration;

    /// `FUZZ_SECONDS` for each target; 20 if it is not set.
    fn run(name: &str) {
        let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(20);
        let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
        super::run(name, *target, Duration::from_secs(seconds));
    }

    #[test]
    fn reader() {
        run("reader");
    }

    #[test]
    fn expression() {
        run("expression");
    }

    #[test]
    fn named_values() {
        run("named_values");
    }

    #[test]
    fn token() {
        run("token");
    }
}
