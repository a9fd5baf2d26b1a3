//! `System.Random` with a seed: the same numbers as .NET gives, by Knuth's subtractive method.

/// A sequence of numbers that a seed determines.
#[derive(Clone, Debug)]
pub struct Seeded {
    /// The places from 1 to 55 count; place 0 is never used.
    state: [i32; 56],
    next: usize,
    lagging: usize,
}

impl Seeded {
    /// `new Random(seed)`
    pub fn new(seed: i32) -> Self {
        let mut state = [0i32; 56];
        let mut last = 161_803_398 - seed.checked_abs().unwrap_or(i32::MAX);
        let mut value = 1i32;
        set(&mut state, 55, last);
        for step in 1..55 {
            let at = 21 * step % 55;
            set(&mut state, at, value);
            value = wrapped(last.wrapping_sub(value));
            last = get(&state, at);
        }
        for _ in 1..5 {
            for at in 1..56 {
                let other = get(&state, 1 + (at + 30) % 55);
                let mixed = wrapped(get(&state, at).wrapping_sub(other));
                set(&mut state, at, mixed);
            }
        }
        Self { state, next: 0, lagging: 21 }
    }

    /// A number from 0 to below `int.MaxValue`.
    pub fn sample(&mut self) -> i32 {
        self.next = self.next % 55 + 1;
        self.lagging = self.lagging % 55 + 1;
        let mut value = get(&self.state, self.next).wrapping_sub(get(&self.state, self.lagging));
        if value == i32::MAX {
            value -= 1;
        }
        let value = wrapped(value);
        set(&mut self.state, self.next, value);
        value
    }
}

fn wrapped(value: i32) -> i32 {
    if value < 0 { value.wrapping_add(i32::MAX) } else { value }
}

fn get(state: &[i32; 56], at: usize) -> i32 {
    state.get(at).copied().unwrap_or(0)
}

fn set(state: &mut [i32; 56], at: usize, value: i32) {
    if let Some(place) = state.get_mut(at) {
        *place = value;
    }
}

/// Where numbers come from: a seed, or the world.
#[allow(missing_debug_implementations)]
pub enum Source<'s> {
    /// `new Random(seed)`
    Seeded(&'s mut Seeded),
    /// 64 bits at a time.
    World(&'s mut dyn FnMut() -> u64),
}

impl Source<'_> {
    /// `Next()`
    pub fn any(&mut self) -> i32 {
        match self {
            Source::Seeded(seeded) => seeded.sample(),
            Source::World(_) => self.below(i32::MAX as u64) as i32,
        }
    }

    /// `Next(min, max)`; `min` is not above `max`.
    pub fn between(&mut self, min: i32, max: i32) -> i32 {
        let range = i64::from(max) - i64::from(min);
        match self {
            Source::Seeded(seeded) => {
                let offset = if range <= i32::MAX.into() {
                    (sample_double(seeded) * range as f64) as i64
                } else {
                    // Two samples for ranges that one does not cover.
                    let size = seeded.sample();
                    let signed = if seeded.sample() % 2 == 0 { -f64::from(size) } else { f64::from(size) };
                    let share = (signed + f64::from(i32::MAX - 1)) / (2.0 * f64::from(i32::MAX) - 1.0);
                    (share * range as f64) as i64
                };
                (i64::from(min) + offset) as i32
            }
            Source::World(_) => (i64::from(min) + self.below(range.unsigned_abs()) as i64) as i32,
        }
    }

    /// `NextInt64(min, max)`; `min` is not above `max`.
    pub fn between_long(&mut self, min: i64, max: i64) -> i64 {
        let range = max.wrapping_sub(min) as u64;
        if range <= 1 {
            return min;
        }
        // The smallest power of two that covers the range, until a number falls into it.
        let bits = 64 - (range - 1).leading_zeros();
        loop {
            let value = self.bits() >> (64 - bits);
            if value < range {
                return min.wrapping_add(value as i64);
            }
        }
    }

    /// `NextInt64()`
    pub fn next_long(&mut self) -> i64 {
        loop {
            let value = self.bits() >> 1;
            if value != i64::MAX as u64 {
                return value as i64;
            }
        }
    }

    /// `NextDouble()`
    pub fn double(&mut self) -> f64 {
        match self {
            Source::Seeded(seeded) => sample_double(seeded),
            Source::World(draw) => (draw() >> 11) as f64 / (1u64 << 53) as f64,
        }
    }

    /// `NextSingle()`
    pub fn single(&mut self) -> f32 {
        match self {
            Source::Seeded(seeded) => loop {
                let value = sample_double(seeded) as f32;
                if value < 1.0 {
                    return value;
                }
            },
            Source::World(draw) => (draw() >> 40) as f32 / (1u32 << 24) as f32,
        }
    }

    /// `NextBytes(bytes)`
    pub fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Source::Seeded(seeded) => bytes.iter_mut().for_each(|byte| *byte = seeded.sample() as u8),
            Source::World(draw) => {
                for chunk in bytes.chunks_mut(8) {
                    chunk.iter_mut().zip(draw().to_le_bytes()).for_each(|(byte, random)| *byte = random);
                }
            }
        }
    }

    fn bits(&mut self) -> u64 {
        match self {
            Source::Seeded(_) => {
                let low = self.between(0, 1 << 22) as u64;
                let middle = self.between(0, 1 << 22) as u64;
                let high = self.between(0, 1 << 20) as u64;
                low | middle << 22 | high << 44
            }
            Source::World(draw) => draw(),
        }
    }

    /// Of the world's numbers; the bias is below 2^-32.
    fn below(&mut self, range: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(range)) >> 64) as u64
    }
}

fn sample_double(seeded: &mut Seeded) -> f64 {
    f64::from(seeded.sample()) * (1.0 / f64::from(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_dot_net() {
        let first = |seed| {
            let mut seeded = Seeded::new(seed);
            [seeded.sample(), seeded.sample(), seeded.sample()]
        };
        assert_eq!(first(0), [1559595546, 1755192844, 1649316166]);
        assert_eq!(first(1), [534011718, 237820880, 1002897798]);
        assert_eq!(first(42), [1434747710, 302596119, 269548474]);
        assert_eq!(first(i32::MIN), first(i32::MAX));
        let mut seeded = Seeded::new(42);
        let mut source = Source::Seeded(&mut seeded);
        assert_eq!([source.between(1, 101), source.between(1, 101), source.between(1, 101)], [67, 15, 13]);
    }

    #[test]
    fn the_world_stays_in_range() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state
        };
        let mut source = Source::World(&mut draw);
        for _ in 0..1000 {
            assert!((-5..5).contains(&source.between(-5, 5)));
            assert!((0.0..1.0).contains(&source.double()) && (0.0..1.0).contains(&source.single()));
            assert!((i64::MIN..i64::MAX).contains(&source.between_long(i64::MIN, i64::MAX)));
        }
        assert_eq!((source.between(3, 3), source.between_long(3, 4)), (3, 3));
    }
}
