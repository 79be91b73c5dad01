//! The frames of languages that a program runs: Python and Java.

use super::super::java;
use super::super::python::Called;
use super::owner::{YOURS, own};
use record::event::{Frame, Noise};

/// A Python function. A module's own lines are called `<module>`, as Python does in a traceback.
pub(super) fn from_python(called: &Called) -> Frame {
    let path = &called.code.file;
    let library = path
        .split_once("/lib/python3.")
        .and_then(|(_, rest)| rest.split_once('/'));
    let packages = ["site-packages/", "dist-packages/"];
    let (layer, file) = match library {
        _ if path.starts_with('<') => ("python".to_owned(), path.clone()),
        Some((_, rest)) => {
            let package = packages.iter().find_map(|folder| rest.strip_prefix(folder));
            match package {
                Some(rest) => {
                    let name = rest.split('/').next().unwrap_or(rest);
                    (name.trim_end_matches(".py").to_owned(), rest.to_owned())
                }
                None => ("python".to_owned(), rest.to_owned()),
            }
        }
        None => (YOURS.to_owned(), own(path)),
    };
    // How modules are found is the interpreter's own affair, written in Python; so is what runs `-c` and `-m`.
    let of_thread = ["Thread._bootstrap", "Thread._bootstrap_inner", "Thread.run"];
    let noise = match &file[..] {
        "threading.py" if of_thread.contains(&&called.code.name[..]) => Some(Noise::Start),
        _ => path.starts_with("<frozen ").then_some(Noise::Interpreter),
    };
    Frame {
        function: called.code.name.clone(),
        layer,
        file: Some(file),
        line: called.line(),
        inlined: false,
        noise,
    }
}

/// Java methods that call each other, innermost first. The class stands in front without its package, which
/// the file's folder tells.
pub(super) fn from_java(called: &[java::Called]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = called.iter().map(of_method).collect();
    // What starts a thread or a program, and calls the first method of one's own.
    let starts = frames.iter().rev().zip(called.iter().rev());
    let starts = starts.take_while(|(_, called)| {
        let class = &called.method.class[..];
        let folders = [
            "com/sun/tools/javac/launcher/",
            "java/lang/invoke/",
            "jdk/internal/reflect/",
            "jdk/internal/vm/",
        ];
        let classes = [
            "java/lang/reflect/Method",
            "java/lang/Thread",
            "java/lang/VirtualThread",
        ];
        folders.iter().any(|folder| class.starts_with(folder)) || classes.contains(&class)
    });
    let start = frames.len() - starts.count();
    for frame in &mut frames[start..] {
        frame.noise = Some(Noise::Start);
    }
    frames
}

fn of_method(called: &java::Called) -> Frame {
    let method = &called.method;
    // A class that the JVM makes has an address in its name.
    let class = method.class.split('+').next().unwrap_or(&method.class);
    let (folder, class_name) = class.rsplit_once('/').unwrap_or(("", class));
    let own_folders = ["java/", "javax/", "jdk/", "sun/", "com/sun/"];
    let is_jdk = own_folders.iter().any(|own| class.starts_with(own));
    // What calls a lambda or a method handle is made by the JVM, or stands for such.
    let is_made = class_name.contains("$$Lambda") || folder == "java/lang/invoke";
    let file = method.file.as_ref().map(|file| match folder {
        "" => file.clone(),
        folder => format!("{folder}/{file}"),
    });
    Frame {
        function: format!("{class_name}.{}", method.name),
        layer: if is_jdk { "java" } else { YOURS }.to_owned(),
        line: called.line(),
        file,
        inlined: called.inlined,
        noise: is_made.then_some(Noise::Glue),
    }
}
