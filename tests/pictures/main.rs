//! The pictures of the README, doc/pictures/, which are drawn from real screens: Neovim in a terminal,
//! with scripted agents. `make pictures` makes them, with `POLECAT_PICTURES` in the environment; without
//! it they are held against the screens of today.

#![allow(clippy::unwrap_used, reason = "a test fails where what it expects is not there")]

#[path = "../support/mod.rs"]
mod support;

mod film;
mod grid;
mod lines;
mod scene;
mod svg;

use svg::Ground;
use vte::ansi::Rgb;

/// What Neovim's own colour scheme has.
const DARK: Rgb = Rgb { r: 0x14, g: 0x16, b: 0x1b };
const LIGHT: Rgb = Rgb { r: 0xe0, g: 0xe2, b: 0xea };

#[tokio::test(flavor = "multi_thread")]
async fn the_dark_pictures_are_of_todays_screens() {
    scene::play("dark", Ground { front: LIGHT, back: DARK }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_light_pictures_are_of_todays_screens() {
    scene::play("light", Ground { front: DARK, back: LIGHT }).await;
}
