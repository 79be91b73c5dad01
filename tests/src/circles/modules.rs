//! The modules of a crate, with what each defines and what it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::row::{Token, closing, is_name, tokens};

/// The modules of a crate; the first is its root.
#[derive(Default)]
pub(super) struct Modules {
    pub(super) all: Vec<Module>,
}

/// One module: a file's, or one that stands inside a file.
pub(super) struct Module {
    pub(super) file: PathBuf,
    pub(super) parent: Option<usize>,
    /// By name. Where an attribute gives a module another file on another system, the name is there twice.
    pub(super) children: Vec<(String, usize)>,
    pub(super) defines: BTreeSet<String>,
    pub(super) uses: Vec<Use>,
    pub(super) paths: Vec<Named>,
    /// Every name in its own code, outside the `use` lines.
    pub(super) names: BTreeSet<String>,
}

/// A path in the code, and its line.
pub(super) struct Named {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

/// One name that a `use` line brings.
pub(super) struct Use {
    pub(super) path: Named,
    /// What it is called here; `*` for all.
    pub(super) name: String,
    pub(super) passes_on: bool,
}

impl Modules {
    /// Reads a crate from its root.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or a module whose file is not there.
    pub(super) fn of(root: &Path) -> Result<Modules, String> {
        let mut modules = Modules::default();
        let folder = root.parent().unwrap_or(root);
        modules.add(root, None, "", folder.to_owned())?;
        Ok(modules)
    }

    /// Reads a file as a module, and the modules that it declares.
    fn add(
        &mut self,
        file: &Path,
        parent: Option<usize>,
        name: &str,
        below: PathBuf,
    ) -> Result<(), String> {
        let text =
            fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let tokens = tokens(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let index = self.empty(file, parent, name);
        self.read(index, &tokens, &below)
    }

    fn empty(&mut self, file: &Path, parent: Option<usize>, name: &str) -> usize {
        let index = self.all.len();
        self.all.push(Module {
            file: file.to_owned(),
            parent,
            children: Vec::new(),
            defines: BTreeSet::new(),
            uses: Vec::new(),
            paths: Vec::new(),
            names: BTreeSet::new(),
        });
        if let Some(parent) = parent {
            self.all[parent].children.push((name.to_owned(), index));
        }
        index
    }

    /// Reads the code of a module. `below` is the folder of the files of its children.
    fn read(&mut self, index: usize, tokens: &[Token], below: &Path) -> Result<(), String> {
        let mut depth = 0_usize;
        let mut at = 0;
        // The other files of the next module, by its attributes.
        let mut others: Vec<String> = Vec::new();
        while at < tokens.len() {
            let word = |ahead: usize| tokens.get(at + ahead).map_or("", |token| &*token.text);
            match word(0) {
                "#" if matches!(word(1), "[" | "!") => {
                    let start = at + if word(1) == "!" { 2 } else { 1 };
                    let end = closing(tokens, start);
                    let attribute = &tokens[start..end];
                    let has = |word: &str| attribute.iter().any(|token| token.text == word);
                    if has("cfg") && has("test") && !has("not") {
                        at = after_item(tokens, end);
                        continue;
                    }
                    if has("path") {
                        let texts = attribute.iter().map(|token| token.text.trim_matches('"'));
                        others.extend(
                            texts
                                .filter(|text| text.ends_with(".rs"))
                                .map(str::to_owned),
                        );
                    }
                    at = end;
                    continue;
                }
                "mod" if depth == 0 && word(2) == ";" => {
                    let name = word(1).to_owned();
                    let own = below.join(&name);
                    let mut files = vec![own.with_extension("rs"), own.join("mod.rs")];
                    files.retain(|file| file.is_file());
                    let folder = self.all[index].file.parent().unwrap_or(below).to_owned();
                    files.extend(others.drain(..).map(|file| folder.join(file)));
                    if files.is_empty() {
                        return Err(format!(
                            "{}: no file of the module {name}",
                            self.all[index].file.display()
                        ));
                    }
                    for file in files {
                        self.add(&file, Some(index), &name, own.clone())?;
                    }
                    at += 3;
                    continue;
                }
                "mod" if depth == 0 && word(2) == "{" => {
                    let name = word(1).to_owned();
                    let end = closing(tokens, at + 2);
                    let file = self.all[index].file.clone();
                    let inside = self.empty(&file, Some(index), &name);
                    self.read(inside, &tokens[at + 3..end - 1], &below.join(&name))?;
                    at = end;
                    continue;
                }
                "use" => {
                    let end = (at..tokens.len())
                        .find(|at| tokens[*at].text == ";")
                        .unwrap_or(tokens.len());
                    // Behind `pub` or `pub(…)`.
                    let before = &tokens[at.saturating_sub(6)..at];
                    let last = before.last().map_or("", |token| &*token.text);
                    let passes_on = last == "pub"
                        || last == ")" && before.iter().any(|token| token.text == "pub");
                    let mut found = Vec::new();
                    use_tree(&tokens[at + 1..end], &[], &mut found);
                    let uses = found.into_iter().map(|(path, name)| Use {
                        path,
                        name,
                        passes_on,
                    });
                    self.all[index].uses.extend(uses);
                    at = end + 1;
                    continue;
                }
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            let module = &mut self.all[index];
            if depth == 0 && DEFINING.contains(&word(0)) && is_name(word(1)) {
                module.defines.insert(word(1).to_owned());
            }
            if depth == 0 && word(0) == "macro_rules" {
                module.defines.insert(word(2).to_owned());
            }
            let before = at.checked_sub(1).map_or("", |at| &*tokens[at].text);
            if !is_name(word(0)) || matches!(before, "." | "::") {
                at += 1;
                continue;
            }
            module.names.insert(word(0).to_owned());
            let mut segments = vec![word(0).to_owned()];
            while word(2 * segments.len() - 1) == "::" && is_name(word(2 * segments.len())) {
                segments.push(word(2 * segments.len()).to_owned());
            }
            let (line, length) = (tokens[at].line, 2 * segments.len() - 1);
            if segments.len() > 1 {
                module.paths.push(Named { segments, line });
            }
            at += length;
        }
        Ok(())
    }
}

const DEFINING: [&str; 8] = [
    "fn", "struct", "enum", "union", "trait", "type", "const", "static",
];

/// The names that a `use` line brings, each with its whole path.
fn use_tree(tokens: &[Token], before: &[String], found: &mut Vec<(Named, String)>) {
    let mut segments = before.to_vec();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        match &*token.text {
            // Another crate, which has the name of a module here.
            "::" if segments.is_empty() => return,
            "::" => {}
            "{" => {
                let end = closing(tokens, at);
                let mut start = at + 1;
                let mut depth = 0;
                for index in at + 1..end {
                    match &*tokens[index].text {
                        "{" => depth += 1,
                        "," if depth == 0 => {
                            use_tree(&tokens[start..index], &segments, found);
                            start = index + 1;
                        }
                        "}" if depth == 0 => use_tree(&tokens[start..index], &segments, found),
                        "}" => depth -= 1,
                        _ => {}
                    }
                }
                return;
            }
            "*" => {
                let path = Named {
                    segments,
                    line: token.line,
                };
                return found.push((path, "*".to_owned()));
            }
            "as" => {
                let name = tokens
                    .get(at + 1)
                    .map_or("_", |token| &token.text)
                    .to_owned();
                let path = Named {
                    segments,
                    line: token.line,
                };
                return found.push((path, name));
            }
            // `{self, X}` is the module itself.
            "self" if !before.is_empty() && at == 0 => {}
            word => segments.push(word.to_owned()),
        }
        at += 1;
    }
    if let (Some(name), Some(last)) = (segments.last().cloned(), tokens.last()) {
        let path = Named {
            segments,
            line: last.line,
        };
        found.push((path, name));
    }
}

/// The place after the item that begins here, with its further attributes.
fn after_item(tokens: &[Token], start: usize) -> usize {
    let mut at = start;
    while at < tokens.len() {
        match &*tokens[at].text {
            ";" => return at + 1,
            "{" => return closing(tokens, at),
            "(" | "[" => at = closing(tokens, at),
            _ => at += 1,
        }
    }
    at
}
