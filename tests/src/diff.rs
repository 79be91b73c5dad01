//! Two texts, compared line by line.

/// How many lines that are the same are shown before and after each change.
const AROUND: usize = 3;

/// Fails with the difference when the texts are not the same.
#[track_caller]
pub fn assert_same(before: &str, after: &str, what: &str) {
    assert!(
        before == after,
        "{what}: not the same (- before, + after)\n{}",
        difference(before, after)
    );
}

/// The lines around each change: those only in the first text marked `-`, those only in the second `+`.
pub fn difference(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // common[i][j]: how many lines a[i..] and b[j..] have in common, in order.
    let mut common = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        let (mark, line) = if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
            (' ', a[i - 1])
        } else if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', a[i - 1])
        } else {
            j += 1;
            ('+', b[j - 1])
        };
        lines.push((mark, line));
    }
    let changed = |(mark, _): &(char, &str)| *mark != ' ';
    let mut out = String::new();
    let mut skipped = false;
    for (index, (mark, line)) in lines.iter().enumerate() {
        let around = index.saturating_sub(AROUND)..lines.len().min(index + AROUND + 1);
        if lines[around].iter().any(changed) {
            if std::mem::take(&mut skipped) {
                out += "  ...\n";
            }
            out += &format!("{mark} {line}\n");
        } else {
            skipped = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn lines_that_differ_are_marked() {
        assert_eq!(
            difference("a\nb\nc\n", "a\nx\nc\nd\n"),
            "  a\n- b\n+ x\n  c\n+ d\n"
        );
        assert_eq!(
            difference("1\n2\n3\n4\n5\na", "1\n2\n3\n4\n5\nb"),
            "  ...\n  3\n  4\n  5\n- a\n+ b\n"
        );
        assert_eq!(difference("", ""), "");
        assert_eq!(difference("a", ""), "- a\n");
    }
}
