//! A part of a file that a person does not write: what stands between two lines that mark it.

/// The text before the part, the part, and the text after it; the marks belong to what is around it.
pub fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let start = line(text, begin)? + begin.len();
    let length = line(&text[start..], end)?;
    let (before, rest) = text.split_at(start);
    let (part, after) = rest.split_at(length);
    Some((before, part, after))
}

/// Where a line is that has these words and no others.
fn line(text: &str, words: &str) -> Option<usize> {
    let is_line = |at: &usize| {
        let (before, after) = (&text[..*at], &text[at + words.len()..]);
        (before.is_empty() || before.ends_with('\n'))
            && (after.is_empty() || after.starts_with('\n'))
    };
    text.match_indices(words).map(|(at, _)| at).find(is_line)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn a_part_is_between_lines_and_not_between_words() {
        let text = "see <a> and <b>\n<a>\npart\n<b>\nrest\n";
        let parts = between(text, "<a>", "<b>");
        assert_eq!(
            parts,
            Some(("see <a> and <b>\n<a>", "\npart\n", "<b>\nrest\n"))
        );
        assert_eq!(between("<b>\n<a>\n", "<a>", "<b>"), None);
        assert_eq!(between("<a>\n", "<a>", "<b>"), None);
    }
}
