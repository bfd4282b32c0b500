//! What is written out of Cargo.toml: where the project is at home, and which release of the backend
//! belongs to the plugin. `make generate` writes it; without it these tests fail when it differs.

use std::path::Path;

use regex_lite::Regex;

use super::PROTOCOL;

const HOME: &str = env!("CARGO_PKG_REPOSITORY");

#[test]
fn lua_knows_the_release_that_belongs_to_it() {
    let version = env!("CARGO_PKG_VERSION");
    let lua = format!(
        "\
--- The backend that belongs to this plugin. Written by `make generate` out of Cargo.toml.
return {{
  version = '{version}',
  protocol = {PROTOCOL},
  url = '{HOME}/releases/download/v{version}',
}}
"
    );
    hold("lua/polecat/release.lua", &lua);
}

/// What people copy has to name the home literally.
#[test]
fn each_address_to_copy_is_that_of_cargo_toml() {
    let url = Regex::new(r"https://[^\s'<>()]+/polecat\.nvim").expect("it is a pattern");
    let short = Regex::new(r"'[\w.-]+/polecat\.nvim'").expect("it is a pattern");
    let name = HOME.strip_prefix("https://github.com/").expect("else the short form names nothing");
    for file in ["README.md", "doc/polecat.txt", "repro.lua"] {
        let text = read(file);
        let text = url.replace_all(&text, HOME);
        hold(file, &short.replace_all(&text, format!("'{name}'")));
    }
}

/// Holds the file against `text`, or writes it.
pub(super) fn hold(file: &str, text: &str) {
    if std::env::var_os("POLECAT_GENERATE").is_some() {
        std::fs::write(checkout().join(file), text).expect("our own files are writable");
    }
    assert!(read(file) == text, "{file} is not what it is made from: `make generate`");
}

pub(super) fn read(file: &str) -> String {
    std::fs::read_to_string(checkout().join(file)).unwrap_or_default()
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
