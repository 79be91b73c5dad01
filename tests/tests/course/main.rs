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
        })*
    };
}

mod command_line;
mod drawings;
mod guests;
mod kernel;
mod layout;
mod readme;
mod records;
mod scenes;
mod serve;
mod stack;
mod user;
mod wire;
