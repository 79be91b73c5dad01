//! The files that a drawing goes to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Drawing, html, svg};

/// A form of drawing.
#[derive(Clone, Copy, Debug)]
enum Form {
    Svg,
    Html,
}

/// The files, opened before the run: a run whose drawing cannot be written would be for nothing.
///
/// What a file held stays in it until the drawing is there.
#[derive(Debug, Default)]
pub struct Files {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    form: Form,
    path: PathBuf,
    file: File,
    /// Whether it was not there before.
    is_new: bool,
}

impl Files {
    /// Opens those that are asked for.
    ///
    /// # Errors
    ///
    /// A file that cannot be written: a sentence that names it.
    pub fn open(svg: Option<&Path>, html: Option<&Path>) -> io::Result<Files> {
        let mut files = Files::default();
        let wanted = [(Form::Svg, svg), (Form::Html, html)];
        for (form, path) in wanted {
            let Some(path) = path else { continue };
            let is_new = !path.exists();
            // A file is cut when what comes is there, and a pipe or a terminal needs no cutting.
            let opened = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path);
            match opened {
                Ok(file) => files.open.push(Open {
                    form,
                    path: path.to_owned(),
                    file,
                    is_new,
                }),
                Err(error) => {
                    files.give_up();
                    return Err(cannot_write(path, &error));
                }
            }
        }
        Ok(files)
    }

    /// Whether any was asked for.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Writes the drawing into all of them.
    ///
    /// # Errors
    ///
    /// The first that cannot be written: a sentence that names it.
    pub fn write(self, drawing: &Drawing<'_>) -> io::Result<()> {
        for mut one in self.open {
            let text = match one.form {
                Form::Svg => svg(drawing),
                Form::Html => html(drawing),
            };
            let is_file = one.file.metadata().is_ok_and(|data| data.is_file());
            let cut = if is_file { one.file.set_len(0) } else { Ok(()) };
            cut.and_then(|()| one.file.write_all(text.as_bytes()))
                .map_err(|error| cannot_write(&one.path, &error))?;
        }
        Ok(())
    }

    /// There is nothing to draw: what was made for it goes away again.
    pub fn give_up(self) {
        for one in self.open.iter().filter(|one| one.is_new) {
            // It is empty; that it stays does no harm.
            let _ = std::fs::remove_file(&one.path);
        }
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> io::Error {
    let path = path.display();
    io::Error::new(
        error.kind(),
        format!("cannot write the drawing to {path}: {error}"),
    )
}
