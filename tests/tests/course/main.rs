//! The whole course, played from outside. One program, so that its tests share two processors well.

/// Makes one test of each function for each step, so that they run side by side and each says where it failed.
macro_rules! for_each_step {
    ($($test:ident)*) => {
        $(mod $test {
            #[test] fn step00() { super::$test("step00-hello"); }
            #[test] fn step01() { super::$test("step01-socket"); }
            #[test] fn step02() { super::$test("step02-bind-listen"); }
            #[test] fn step03() { super::$test("step03-accept"); }
            #[test] fn step04() { super::$test("step04-connect"); }
            #[test] fn step05() { super::$test("step05-send-recv"); }
            #[test] fn step06() { super::$test("step06-close"); }
            #[test] fn step07() { super::$test("step07-chat"); }
            #[test] fn step08() { super::$test("step08-options"); }
            #[test] fn step09() { super::$test("step09-names"); }
            #[test] fn step10() { super::$test("step10-udp"); }
            #[test] fn step11() { super::$test("step11-unix"); }
        })*
    };
}

mod chat;
mod chat_commands;
mod command_line;
mod coverage;
mod drawings;
mod guests;
mod kernel;
mod layout;
mod names;
mod options;
mod paths;
mod readme;
mod records;
mod scenes;
mod serve;
mod stack;
mod udp;
mod udp_chat;
mod user;
mod wire;
