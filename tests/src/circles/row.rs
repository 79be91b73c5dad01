//! A source as a row of tokens: what tells its names apart from its texts and comments.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A word, a bracket or another sign, or a text in its quotation marks.
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The tokens of a source, without its comments and lifetimes.
///
/// # Errors
///
/// What is no Rust.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let stream: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
    let mut tokens = Vec::new();
    add(stream, &mut tokens);
    Ok(tokens)
}

fn add(stream: TokenStream, tokens: &mut Vec<Token>) {
    let mut before = ' ';
    for tree in stream {
        let line = tree.span().start().line;
        let mut push = |text: &str, line| {
            let text = text.to_owned();
            tokens.push(Token { text, line });
        };
        let last = std::mem::replace(&mut before, ' ');
        match tree {
            TokenTree::Ident(_) if last == '\'' => {}
            TokenTree::Punct(sign) => match (last, sign.as_char()) {
                (_, '\'') => before = '\'',
                (':', ':') => push("::", line),
                (_, ':') if sign.spacing() == Spacing::Joint => before = ':',
                (_, sign) => push(&sign.to_string(), line),
            },
            TokenTree::Group(group) => {
                let [open, close] = match group.delimiter() {
                    Delimiter::Brace => ["{", "}"],
                    Delimiter::Bracket => ["[", "]"],
                    Delimiter::Parenthesis | Delimiter::None => ["(", ")"],
                };
                push(open, line);
                add(group.stream(), tokens);
                let text = close.to_owned();
                let line = group.span_close().start().line;
                tokens.push(Token { text, line });
            }
            word => push(&word.to_string(), line),
        }
    }
}

/// The place after the bracket that closes the one here.
pub(super) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match &*token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}
