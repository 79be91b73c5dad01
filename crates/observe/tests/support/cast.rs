//! Programs that a test runs: its own executable, run again with a role.

/// A list of roles and the functions that play them; gives the type `Role` and the function `actor`.
macro_rules! roles {
    ($($role:ident => $play:expr,)*) => {
        /// A program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Role { $($role),* }

        const ALL: &[(Role, fn())] = &[$((Role::$role, $play)),*];

        const VARIABLE: &str = "LENS_TEST_ROLE";

        /// The command that plays a role.
        pub(crate) fn actor(role: Role) -> std::process::Command {
            let itself = std::env::current_exe().expect("a running program has a path");
            let mut command = std::process::Command::new(itself);
            command.env(VARIABLE, format!("{role:?}"));
            command
        }

        /// Functions in this section run before `main`, which would be that of the test harness,
        /// with its threads and its output.
        #[used]
        #[unsafe(link_section = ".init_array")]
        static PLAY: extern "C" fn() = play;

        /// Plays the role this process was started for, if any.
        extern "C" fn play() {
            let Ok(wanted) = std::env::var(VARIABLE) else {
                return;
            };
            let role = ALL.iter().find(|(role, _)| format!("{role:?}") == wanted);
            let (_, play) = role.expect("a role is in the list");
            play();
            std::process::exit(0);
        }
    };
}
