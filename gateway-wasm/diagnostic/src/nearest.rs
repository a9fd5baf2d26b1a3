//! "Did you mean": the name that was probably meant.

/// The candidate closest to `word`, if one is close enough to be a slip of the hand: a third of the letters, at least one.
/// Case does not count, so a name in the wrong case is found too.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let most = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_refuses_strangers() {
        let names = ["set-header", "set-body", "rate-limit"];
        assert_eq!(nearest("set-haeder", names), Some("set-header"));
        assert_eq!(nearest("SET-BODY", names), Some("set-body"));
        assert_eq!(nearest("choose", names), None);
        assert_eq!(nearest("x", []), None);
    }
}
