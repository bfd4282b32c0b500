//! The product through its real door: Lua functions and commands in a real Neovim, on a real
//! tmux server, with scripted agents.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod answering;
mod asking;
mod asking_window;
mod badges;
mod colours;
mod commands;
mod configuring;
mod contexts;
mod deaths;
mod dialogs;
mod diffing;
mod events;
mod failed_turns;
mod fast_events;
mod first_words;
mod fitting;
mod following;
mod forking;
mod framed;
mod gastown;
mod gastown_deaths;
mod gastown_sessions;
mod hook_events;
mod hooks;
mod hostile;
mod in_use;
mod injecting;
mod installing;
mod interrupting;
mod listing;
mod looking;
mod messages;
mod naming;
mod neighbours;
mod news;
mod notifying;
mod picking;
mod places;
mod presence;
mod pressing;
mod programs;
mod provision;
mod queueing;
mod racing;
mod reading;
mod refusals;
mod reloading;
mod removing;
mod requiring;
mod restarting;
mod resuming;
mod reviewing;
mod rig;
mod rigs;
mod settings;
mod several;
mod slinging;
mod starting;
mod states;
mod status;
mod stopping;
mod survival;
mod towns;
mod trouble;
mod trusting;
mod tui;
mod views;
mod windows;
mod worktrees;
