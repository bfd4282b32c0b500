//! The commands: what each takes (the table), and what it does.

mod diff;
#[cfg(test)]
mod generated;
mod inject;
mod invocation;
mod keys;
mod list;
mod locations;
pub(super) mod press;
mod questions;
mod report;
mod run;
mod table;
mod words;

pub(super) use press::press;
