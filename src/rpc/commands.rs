//! The commands: what each takes (the table), and what it does.

#[cfg(test)]
mod generated;
mod inject;
mod invocation;
mod keys;
mod list;
mod questions;
mod report;
mod run;
mod table;
mod words;

pub(super) use keys::act;
