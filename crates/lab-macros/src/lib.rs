//! The functions of the four layers, named by what their names have in common.
//!
//! Only a procedural macro can put a name together out of two, and such a macro needs a crate of its own.

use proc_macro::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

/// The four layers play these four functions: `layers!(server)` stands for `server_libc`, `server_nix`,
/// `server_socket2` and `server_std`, and `layers!(serve::server)` for those of the module `serve`.
///
/// ```
/// use lab_macros::layers;
///
/// fn name_libc() -> &'static str { "libc" }
/// fn name_nix() -> &'static str { "nix" }
/// fn name_socket2() -> &'static str { "socket2" }
/// fn name_std() -> &'static str { "std" }
///
/// let names: [fn() -> &'static str; 4] = layers!(name);
/// assert_eq!(names.map(|name| name()), ["libc", "nix", "socket2", "std"]);
/// ```
///
/// All four must be there; a layer that has no such function is written out as a part of its own.
///
/// ```compile_fail
/// fn name_libc() {}
/// let names: [fn(); 4] = lab_macros::layers!(name);
/// ```
#[proc_macro]
pub fn layers(path: TokenStream) -> TokenStream {
    let mut path: Vec<TokenTree> = path.into_iter().collect();
    let Some(TokenTree::Ident(name)) = path.pop() else {
        let help =
            r#"compile_error!("layers! takes a name: layers!(server), or layers!(serve::server)")"#;
        return help.parse().unwrap_or_default();
    };
    let functions = ["libc", "nix", "socket2", "std"].map(|layer| {
        let function = Ident::new(&format!("{name}_{layer}"), name.span());
        let mut tokens = path.clone();
        tokens.push(function.into());
        tokens.push(Punct::new(',', Spacing::Alone).into());
        tokens
    });
    let functions = functions.into_iter().flatten().collect();
    let array = TokenTree::from(Group::new(Delimiter::Bracket, functions));
    // Each becomes what is asked for there: a part of an actor, or what a command does.
    let each: TokenStream = ".map(::core::convert::Into::into)"
        .parse()
        .unwrap_or_default();
    TokenStream::from_iter([array])
        .into_iter()
        .chain(each)
        .collect()
}
