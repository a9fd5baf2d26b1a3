//! Sets of characters: `[a-z]`, `\w`, `\p{Lu}`.

use super::runs::RUNS;
use crate::character;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// A set of UTF-16 units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    /// In order, apart from each other.
    ranges: Vec<(u16, u16)>,
    ascii: u128,
}

impl Class {
    pub(super) fn new(mut ranges: Vec<(u16, u16)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (start, end) in ranges {
            match merged.last_mut() {
                Some(last) if u32::from(start) <= u32::from(last.1) + 1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        let mut ascii = 0;
        for &(start, end) in &merged {
            for unit in start..=end.min(127) {
                ascii |= 1 << unit;
            }
        }
        Self { ranges: merged, ascii }
    }

    pub(super) fn one(unit: u16) -> Self {
        Self::new(vec![(unit, unit)])
    }

    /// Every unit.
    pub(super) fn any() -> Self {
        Self::new(vec![(0, u16::MAX)])
    }

    pub(super) fn contains(&self, unit: u16) -> bool {
        if unit < 128 {
            return self.ascii >> unit & 1 == 1;
        }
        let after = self.ranges.partition_point(|&(start, _)| start <= unit);
        after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|&(_, end)| unit <= end)
    }

    /// The only unit in it, if it is only one.
    pub(super) fn single(&self) -> Option<u16> {
        match self.ranges.as_slice() {
            [(start, end)] if start == end => Some(*start),
            _ => None,
        }
    }

    pub(super) fn negated(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0_u32;
        for &(start, end) in &self.ranges {
            if next < u32::from(start) {
                ranges.push((next as u16, start - 1));
            }
            next = u32::from(end) + 1;
        }
        if next <= 0xffff {
            ranges.push((next as u16, u16::MAX));
        }
        Self::new(ranges)
    }

    pub(super) fn union(&self, other: &Class) -> Self {
        Self::new(self.ranges.iter().chain(&other.ranges).copied().collect())
    }

    pub(super) fn union_of(classes: &[Rc<Class>]) -> Self {
        Self::new(classes.iter().flat_map(|class| &class.ranges).copied().collect())
    }

    pub(super) fn without(&self, other: &Class) -> Self {
        self.negated().union(other).negated()
    }

    /// With everything that differs from something in it only in case.
    pub(super) fn ignoring_case(&self) -> Self {
        let mut ranges = self.ranges.clone();
        if ranges.iter().all(|&(_, end)| end < 128) {
            for unit in (0..128).filter(|&unit| self.contains(unit)) {
                ranges.extend(ascii_equivalents(unit).into_iter().flatten().map(|unit| (unit, unit)));
            }
        } else {
            CASES.with_borrow_mut(|cases| {
                let cases = cases.get_or_insert_with(all_cases);
                if let Some(unit) = self.single() {
                    ranges.extend(cases.get(&lower(unit)).into_iter().flatten().map(|&unit| (unit, unit)));
                    return;
                }
                for equivalents in cases.values() {
                    if equivalents.iter().any(|&unit| self.contains(unit)) {
                        ranges.extend(equivalents.iter().map(|&unit| (unit, unit)));
                    }
                }
            });
        }
        Self::new(ranges)
    }
}

thread_local! {
    static CASES: RefCell<Option<HashMap<u16, Vec<u16>>>> = const { RefCell::new(None) };
    static NAMED: RefCell<HashMap<String, Rc<Class>>> = RefCell::default();
}

/// The other case of an ASCII letter, and the Kelvin sign, which is a K.
fn ascii_equivalents(unit: u16) -> [Option<u16>; 2] {
    let letter = u8::try_from(unit).ok().filter(u8::is_ascii_alphabetic);
    let kelvin = letter.filter(|letter| letter.eq_ignore_ascii_case(&b'k')).map(|_| 0x212a);
    [letter.map(|letter| u16::from(letter ^ 0x20)), kelvin]
}

/// Everything that has more than one case, by its lower case.
fn all_cases() -> HashMap<u16, Vec<u16>> {
    let mut cases: HashMap<u16, Vec<u16>> = HashMap::new();
    for unit in 0..=u16::MAX {
        let lower = lower(unit);
        if lower != unit {
            cases.entry(lower).or_insert_with(|| vec![lower]).push(unit);
        }
    }
    cases
}

/// A unit in lower case, where that is one unit.
pub(super) fn lower(unit: u16) -> u16 {
    if unit < 128 {
        return u16::from((unit as u8).to_ascii_lowercase());
    }
    let Some(character) = char::from_u32(unit.into()) else { return unit };
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => u16::try_from(u32::from(lower)).unwrap_or(unit),
        _ => unit,
    }
}

/// `\d`
pub(super) fn digit(ecma: bool) -> Rc<Class> {
    if ecma { Rc::new(Class::new(vec![(48, 57)])) } else { of_categories(&["Nd"]) }
}

/// `\s`
pub(super) fn space(ecma: bool) -> Rc<Class> {
    let mut ranges = vec![(9, 13), (32, 32)];
    if !ecma {
        ranges.extend([
            (0x85, 0x85),
            (0xa0, 0xa0),
            (0x1680, 0x1680),
            (0x2000, 0x200a),
            (0x2028, 0x2029),
            (0x202f, 0x202f),
            (0x205f, 0x205f),
            (0x3000, 0x3000),
        ]);
    }
    Rc::new(Class::new(ranges))
}

/// `\w`
pub(super) fn word(ecma: bool) -> Rc<Class> {
    if ecma {
        return Rc::new(Class::new(vec![(48, 57), (65, 90), (95, 95), (97, 122), (0x130, 0x130)]));
    }
    of_categories(WORD)
}

/// What `\b` counts as a word: the two joiners belong to it.
pub(super) fn is_word(unit: u16) -> bool {
    match u8::try_from(unit) {
        // Most text is ASCII, and needs no tables.
        Ok(byte) if byte.is_ascii() => byte == b'_' || byte.is_ascii_alphanumeric(),
        // Letters, marks without a width, decimal digits, and what joins them.
        _ => matches!(unit, 0x200c | 0x200d) || matches!(character::category(unit.into()), 0..=5 | 8 | 18),
    }
}

/// The categories of letters, digits and what joins them.
const WORD: &[&str] = &["L", "Mn", "Nd", "Pc"];

/// `\p{name}`: a category, the categories that begin with a letter, or a block.
pub(super) fn category(name: &str) -> Option<Rc<Class>> {
    if !name.is_empty() && character::CATEGORY_NAMES.iter().any(|own| own.starts_with(name)) {
        return Some(of_categories(&[name]));
    }
    let (_, start, end) = BLOCKS.iter().find(|(block, ..)| *block == name)?;
    Some(Rc::new(Class::new(vec![(*start, *end)])))
}

/// Every unit whose category begins with one of these names; put together once.
fn of_categories(names: &[&str]) -> Rc<Class> {
    let key = names.concat();
    if let Some(class) = NAMED.with_borrow(|named| named.get(&key).cloned()) {
        return class;
    }
    let is_one = |category: u8| {
        let own = character::CATEGORY_NAMES.get(usize::from(category));
        own.is_some_and(|own| names.iter().any(|name| own.starts_with(name)))
    };
    let ends = RUNS.iter().skip(1).map(|&(start, _)| start - 1).chain([u16::MAX]);
    let runs = RUNS.iter().zip(ends).filter(|((_, category), _)| is_one(*category));
    let class = Rc::new(Class::new(runs.map(|((start, _), end)| (*start, end)).collect()));
    NAMED.with_borrow_mut(|named| named.insert(key, class.clone()));
    class
}

/// The blocks of Unicode that .NET knows by name.
static BLOCKS: &[(&str, u16, u16)] = &[
    ("IsAlphabeticPresentationForms", 0xfb00, 0xfb4f),
    ("IsArabic", 0x0600, 0x06ff),
    ("IsArabicPresentationForms-A", 0xfb50, 0xfdff),
    ("IsArabicPresentationForms-B", 0xfe70, 0xfeff),
    ("IsArmenian", 0x0530, 0x058f),
    ("IsArrows", 0x2190, 0x21ff),
    ("IsBasicLatin", 0x0000, 0x007f),
    ("IsBengali", 0x0980, 0x09ff),
    ("IsBlockElements", 0x2580, 0x259f),
    ("IsBopomofo", 0x3100, 0x312f),
    ("IsBopomofoExtended", 0x31a0, 0x31bf),
    ("IsBoxDrawing", 0x2500, 0x257f),
    ("IsBraillePatterns", 0x2800, 0x28ff),
    ("IsBuhid", 0x1740, 0x175f),
    ("IsCJKCompatibility", 0x3300, 0x33ff),
    ("IsCJKCompatibilityForms", 0xfe30, 0xfe4f),
    ("IsCJKCompatibilityIdeographs", 0xf900, 0xfaff),
    ("IsCJKRadicalsSupplement", 0x2e80, 0x2eff),
    ("IsCJKSymbolsandPunctuation", 0x3000, 0x303f),
    ("IsCJKUnifiedIdeographs", 0x4e00, 0x9fff),
    ("IsCJKUnifiedIdeographsExtensionA", 0x3400, 0x4dbf),
    ("IsCherokee", 0x13a0, 0x13ff),
    ("IsCombiningDiacriticalMarks", 0x0300, 0x036f),
    ("IsCombiningDiacriticalMarksforSymbols", 0x20d0, 0x20ff),
    ("IsCombiningHalfMarks", 0xfe20, 0xfe2f),
    ("IsCombiningMarksforSymbols", 0x20d0, 0x20ff),
    ("IsControlPictures", 0x2400, 0x243f),
    ("IsCurrencySymbols", 0x20a0, 0x20cf),
    ("IsCyrillic", 0x0400, 0x04ff),
    ("IsCyrillicSupplement", 0x0500, 0x052f),
    ("IsDevanagari", 0x0900, 0x097f),
    ("IsDingbats", 0x2700, 0x27bf),
    ("IsEnclosedAlphanumerics", 0x2460, 0x24ff),
    ("IsEnclosedCJKLettersandMonths", 0x3200, 0x32ff),
    ("IsEthiopic", 0x1200, 0x137f),
    ("IsGeneralPunctuation", 0x2000, 0x206f),
    ("IsGeometricShapes", 0x25a0, 0x25ff),
    ("IsGeorgian", 0x10a0, 0x10ff),
    ("IsGreek", 0x0370, 0x03ff),
    ("IsGreekExtended", 0x1f00, 0x1fff),
    ("IsGreekandCoptic", 0x0370, 0x03ff),
    ("IsGujarati", 0x0a80, 0x0aff),
    ("IsGurmukhi", 0x0a00, 0x0a7f),
    ("IsHalfwidthandFullwidthForms", 0xff00, 0xffef),
    ("IsHangulCompatibilityJamo", 0x3130, 0x318f),
    ("IsHangulJamo", 0x1100, 0x11ff),
    ("IsHangulSyllables", 0xac00, 0xd7af),
    ("IsHanunoo", 0x1720, 0x173f),
    ("IsHebrew", 0x0590, 0x05ff),
    ("IsHighPrivateUseSurrogates", 0xdb80, 0xdbff),
    ("IsHighSurrogates", 0xd800, 0xdb7f),
    ("IsHiragana", 0x3040, 0x309f),
    ("IsIPAExtensions", 0x0250, 0x02af),
    ("IsIdeographicDescriptionCharacters", 0x2ff0, 0x2fff),
    ("IsKanbun", 0x3190, 0x319f),
    ("IsKangxiRadicals", 0x2f00, 0x2fdf),
    ("IsKannada", 0x0c80, 0x0cff),
    ("IsKatakana", 0x30a0, 0x30ff),
    ("IsKatakanaPhoneticExtensions", 0x31f0, 0x31ff),
    ("IsKhmer", 0x1780, 0x17ff),
    ("IsKhmerSymbols", 0x19e0, 0x19ff),
    ("IsLao", 0x0e80, 0x0eff),
    ("IsLatin-1Supplement", 0x0080, 0x00ff),
    ("IsLatinExtended-A", 0x0100, 0x017f),
    ("IsLatinExtended-B", 0x0180, 0x024f),
    ("IsLatinExtendedAdditional", 0x1e00, 0x1eff),
    ("IsLetterlikeSymbols", 0x2100, 0x214f),
    ("IsLimbu", 0x1900, 0x194f),
    ("IsLowSurrogates", 0xdc00, 0xdfff),
    ("IsMalayalam", 0x0d00, 0x0d7f),
    ("IsMathematicalOperators", 0x2200, 0x22ff),
    ("IsMiscellaneousMathematicalSymbols-A", 0x27c0, 0x27ef),
    ("IsMiscellaneousMathematicalSymbols-B", 0x2980, 0x29ff),
    ("IsMiscellaneousSymbols", 0x2600, 0x26ff),
    ("IsMiscellaneousSymbolsandArrows", 0x2b00, 0x2bff),
    ("IsMiscellaneousTechnical", 0x2300, 0x23ff),
    ("IsMongolian", 0x1800, 0x18af),
    ("IsMyanmar", 0x1000, 0x109f),
    ("IsNumberForms", 0x2150, 0x218f),
    ("IsOgham", 0x1680, 0x169f),
    ("IsOpticalCharacterRecognition", 0x2440, 0x245f),
    ("IsOriya", 0x0b00, 0x0b7f),
    ("IsPhoneticExtensions", 0x1d00, 0x1d7f),
    ("IsPrivateUse", 0xe000, 0xf8ff),
    ("IsPrivateUseArea", 0xe000, 0xf8ff),
    ("IsRunic", 0x16a0, 0x16ff),
    ("IsSinhala", 0x0d80, 0x0dff),
    ("IsSmallFormVariants", 0xfe50, 0xfe6f),
    ("IsSpacingModifierLetters", 0x02b0, 0x02ff),
    ("IsSpecials", 0xfff0, 0xffff),
    ("IsSuperscriptsandSubscripts", 0x2070, 0x209f),
    ("IsSupplementalArrows-A", 0x27f0, 0x27ff),
    ("IsSupplementalArrows-B", 0x2900, 0x297f),
    ("IsSupplementalMathematicalOperators", 0x2a00, 0x2aff),
    ("IsSyriac", 0x0700, 0x074f),
    ("IsTagalog", 0x1700, 0x171f),
    ("IsTagbanwa", 0x1760, 0x177f),
    ("IsTaiLe", 0x1950, 0x197f),
    ("IsTamil", 0x0b80, 0x0bff),
    ("IsTelugu", 0x0c00, 0x0c7f),
    ("IsThaana", 0x0780, 0x07bf),
    ("IsThai", 0x0e00, 0x0e7f),
    ("IsTibetan", 0x0f00, 0x0fff),
    ("IsUnifiedCanadianAboriginalSyllabics", 0x1400, 0x167f),
    ("IsVariationSelectors", 0xfe00, 0xfe0f),
    ("IsYiRadicals", 0xa490, 0xa4cf),
    ("IsYiSyllables", 0xa000, 0xa48f),
    ("IsYijingHexagramSymbols", 0x4dc0, 0x4dff),
];
