//! The tokens of a portal's look, as `portal.yaml` says them: colours, typefaces, the radius of corners. They become custom
//! properties at the end of the style sheet; `portal/theme/custom.css` comes after them.

use catalog::model::Portal;
use csscolorparser::Color;
use diagnostic::{Diagnostic, Diagnostics, Place};
use std::fmt::Write;

/// The grounds of light and dark pages, as `style.css` has them, and how much of the accent colour is in its dark tone.
const GROUNDS: [[f32; 3]; 2] = [[1.0, 1.0, 1.0], [0x14 as f32 / 255.0, 0x16 as f32 / 255.0, 0x1a as f32 / 255.0]];
const DARK_SHARE: f32 = 0.45;
/// What WCAG asks of text of ordinary size (AA).
const CONTRAST_MIN: f32 = 4.5;

/// The tokens as a style sheet. Warns of an accent colour in which links cannot be read.
pub(crate) fn style_sheet(portal: &Portal, findings: &mut Diagnostics) -> String {
    let mut css = String::new();
    for font in &portal.fonts {
        let format = match font.file.rsplit('.').next() {
            Some("woff2") => " format(\"woff2\")",
            Some("woff") => " format(\"woff\")",
            Some("ttf") => " format(\"truetype\")",
            Some("otf") => " format(\"opentype\")",
            _ => "",
        };
        let file = font.file.replace(['"', '\\', '\n'], "");
        let _ = writeln!(
            css,
            "@font-face{{font-family:\"{}\";src:url(\"../media/{file}\"){format};font-weight:{};font-style:{};font-display:swap}}",
            font.family.replace('"', ""),
            font.weight,
            font.style
        );
    }
    let place = |at: usize| portal.accent_places[at].clone().unwrap_or_else(|| Place::file("portal/portal.yaml"));
    let light = color(portal.accent_color.as_deref(), &place(0), findings);
    let dark = color(portal.accent_color_dark.as_deref(), &place(1), findings);
    let mut tokens = String::new();
    if let Some((written, color)) = &light {
        let _ = write!(tokens, "--brand:{written};");
        check(written, color, 0, place(0), findings);
    }
    match (&dark, &light) {
        (Some((written, color)), _) => {
            let _ = write!(tokens, "--brand-dark:{written};");
            check(written, color, 1, place(1), findings);
        }
        // What `style.css` makes of it.
        (None, Some((written, color))) => {
            let mixed = mix(color, &Color::new(1.0, 1.0, 1.0, 1.0), DARK_SHARE);
            check(written, &mixed, 1, place(0), findings);
        }
        (None, None) => {}
    }
    for (name, value) in [("--sans", &portal.font), ("--mono", &portal.code_font), ("--radius", &portal.radius)] {
        if let Some(value) = value {
            let _ = write!(tokens, "{name}:{value};");
        }
    }
    if !tokens.is_empty() {
        let _ = writeln!(css, ":root{{{}}}", tokens.trim_end_matches(';'));
    }
    css
}

fn color<'c>(written: Option<&'c str>, place: &Place, findings: &mut Diagnostics) -> Option<(&'c str, Color)> {
    let written = written?.trim();
    match csscolorparser::parse(written) {
        Ok(color) => Some((written, color)),
        Err(_) => {
            let message = format!("`{written}` is not a colour");
            findings.push(
                Diagnostic::warning("portal/accent-color", place.clone(), message)
                    .help("write a CSS colour, as in `#2f5fd0` or `rebeccapurple`"),
            );
            None
        }
    }
}

/// Warns where links in a colour cannot be read on light (0) or dark (1) pages, and says the nearest colour that can.
fn check(written: &str, color: &Color, scheme: usize, place: Place, findings: &mut Diagnostics) {
    let ground = GROUNDS[scheme];
    let contrast = contrast(color, ground);
    if contrast >= CONTRAST_MIN {
        return;
    }
    let (pages, towards) = if scheme == 0 { ("light", 0.0) } else { ("dark", 1.0) };
    let target = Color::new(towards, towards, towards, 1.0);
    let better = (1..=20)
        .map(|step| mix(color, &target, 1.0 - step as f32 / 20.0))
        .find(|one| self::contrast(one, ground) >= CONTRAST_MIN);
    let message = format!(
        "links in `{written}` are hard to read on {pages} pages: contrast {contrast:.1}, and {CONTRAST_MIN} is needed (WCAG AA)"
    );
    let key = if scheme == 0 { "accentColor" } else { "accentColorDark" };
    let help = better.map(|better| format!("the nearest colour that can be read: `{key}: \"{}\"`", better.to_css_hex()));
    findings.push(Diagnostic::warning("portal/accent-contrast", place, message).help_if(help));
}

fn mix(one: &Color, other: &Color, share: f32) -> Color {
    let part = |one: f32, other: f32| one * share + other * (1.0 - share);
    Color::new(part(one.r, other.r), part(one.g, other.g), part(one.b, other.b), 1.0)
}

/// As WCAG 2 defines it.
fn contrast(color: &Color, ground: [f32; 3]) -> f32 {
    let channel = |value: f32| if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
    let luminance = |[red, green, blue]: [f32; 3]| 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
    // What shines through is the ground.
    let over = |value: f32, ground: f32| value * color.a + ground * (1.0 - color.a);
    let (one, other) =
        (luminance([over(color.r, ground[0]), over(color.g, ground[1]), over(color.b, ground[2])]), luminance(ground));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::style_sheet;
    use catalog::model::{Font, Portal};
    use diagnostic::Diagnostics;

    fn said(portal: &Portal) -> (String, Vec<String>) {
        let mut findings = Diagnostics::new();
        let css = style_sheet(portal, &mut findings);
        (css, findings.iter().map(|one| format!("{} {}", one.id, one.help.clone().unwrap_or_default())).collect())
    }

    #[test]
    fn tokens_become_properties() {
        let portal = Portal {
            accent_color: Some("#0b6e7f".to_owned()),
            font: Some("Inter, sans-serif".to_owned()),
            radius: Some("2px".to_owned()),
            fonts: vec![Font {
                family: "Inter".to_owned(),
                file: "inter.woff2".to_owned(),
                weight: "100 900".to_owned(),
                style: "normal".to_owned(),
            }],
            ..Portal::default()
        };
        let (css, findings) = said(&portal);
        assert_eq!(
            css,
            "@font-face{font-family:\"Inter\";src:url(\"../media/inter.woff2\") format(\"woff2\");font-weight:100 900;font-style:normal;font-display:swap}\n:root{--brand:#0b6e7f;--sans:Inter, sans-serif;--radius:2px}\n"
        );
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_reported_with_one_that_can() {
        let of = |light: &str, dark: Option<&str>| {
            said(&Portal {
                accent_color: Some(light.to_owned()),
                accent_color_dark: dark.map(str::to_owned),
                ..Portal::default()
            })
            .1
        };
        assert_eq!(of("#777", None), ["portal/accent-contrast the nearest colour that can be read: `accentColor: \"#717171\"`"]);
        assert_eq!(of("navy", Some("navy")).len(), 1);
        assert_eq!(of("nonsense;}", None), ["portal/accent-color write a CSS colour, as in `#2f5fd0` or `rebeccapurple`"]);
    }
}
