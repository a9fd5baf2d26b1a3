//! Names of hosts that are not ASCII.

/// The name with every label that needs it in punycode.
pub(super) fn to_ascii(host: &str) -> String {
    let labels: Vec<String> = host
        .split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'])
        .map(|label| if label.is_ascii() { label.to_owned() } else { punycode(&label.to_lowercase()) })
        .collect();
    labels.join(".")
}

/// RFC 3492. A label that is too long for the arithmetic stays as it is.
fn punycode(label: &str) -> String {
    const BASE: u32 = 36;
    let characters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut text: String = label.chars().filter(char::is_ascii).collect();
    let basic = text.len() as u32;
    if basic > 0 {
        text.push('-');
    }
    let (mut next, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while let Some(&least) = characters.iter().filter(|&&character| character >= next).min() {
        let Some(step) = (least - next).checked_mul(handled + 1).and_then(|step| delta.checked_add(step)) else {
            return label.to_owned();
        };
        delta = step;
        next = least;
        for &character in &characters {
            if character < next {
                delta += 1;
            }
            if character == next {
                let mut rest = delta;
                for place in (BASE..).step_by(BASE as usize) {
                    let threshold = place.saturating_sub(bias).clamp(1, 26);
                    if rest < threshold {
                        break;
                    }
                    text.push(digit(threshold + (rest - threshold) % (BASE - threshold)));
                    rest = (rest - threshold) / (BASE - threshold);
                }
                text.push(digit(rest));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        next += 1;
    }
    format!("xn--{text}")
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, 36).unwrap_or('a')
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut steps = 0;
    while delta > 455 {
        delta /= 35;
        steps += 36;
    }
    steps + 36 * delta / (delta + 38)
}
