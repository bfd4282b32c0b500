//! What a shell on a host runs: to find our own program there, and to take it when it is missing. Any
//! login shell takes such a script apart as one word, `csh` and `fish` too: it has one line, and no
//! quote, backslash or exclamation mark.

use crate::core::names::visible;

/// What both need: the folders that the program may lie in, the best first, and whether one is ours
/// alone. Not every home can be written to, or run from.
macro_rules! folders {
    () => {
        "c=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}; u=$(id -u); \
         own() { set -- $(ls -ldn \"$1\" 2>/dev/null); [ \"$3\" = \"$u\" ] || return 1; \
         case $1 in d????-??-?*) return 0;; esac; return 1; }; \
         each() { for d in \"${c:+$c/polecat}\" \"${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/polecat}\" \
         \"/tmp/polecat-$u\"; do case $d in /*) $1 || return 0;; esac; done; }; "
    };
}

/// Runs our own program: the one that was put there for exactly this version (`$1`) and these sources
/// (`$2`), else that on the `PATH`. Where there is none, it says so in one line.
pub(super) const FIND: &str = concat!(
    folders!(),
    "n=polecat-nvim-$1-$2; b=polecat-build:$1:$2:; m=$(uname -m); s=$(uname -s); ",
    "case $m in amd64) m=x86_64;; arm64) m=aarch64;; esac; ",
    "case $s in Linux) ts=\"$m-unknown-linux-musl $m-unknown-linux-gnu\";; ",
    "Darwin) ts=$m-apple-darwin;; *) ts=;; esac; ",
    "use() { own \"$d\" || return 0; for t in $ts; do p=$d/$n-$t; ",
    "case $(\"$p\" --build 2>/dev/null </dev/null) in \"$b\"*) ",
    "touch -c \"$p\" 2>/dev/null; exec \"$p\" host;; esac; done; }; each use; ",
    "case $(polecat-nvim --build 2>/dev/null </dev/null) in ",
    "\"$b\"*) exec polecat-nvim host;; esac; ",
    "f=; k=; w=; room() { set -- $(df -Pk \"$1\" 2>/dev/null | tail -n 1); k=$4; }; ",
    "place() { e=$d; until [ -e \"$e\" ]; do e=${e%/*}; e=${e:-/}; done; ",
    "[ \"$e\" = \"$d\" ] && { own \"$d\" || e=; }; ",
    "if [ -d \"$e\" ] && [ -w \"$e\" ]; then room \"$e\"; f=$d; return 1; fi; w=${w:-$d}; }; each place; ",
    "z=plain; command -v gzip >/dev/null 2>&1 && z=gzip; ",
    "echo \"polecat-missing 1|$s|$m|$k|$z|$w|$f\"; exit 97",
);

/// Takes the program on stdin, packed as `$5` says, and puts it where it can be run: for version `$1`,
/// the sources `$2` and the target `$3`, with the sum `$4`. A partial transfer leaves nothing.
/// Old ones that nobody has used for a month and nothing runs are deleted, but never the newest two.
pub(super) const PUSH: &str = concat!(
    folders!(),
    "umask 077; n=polecat-nvim-$1-$2-$3; b=\"polecat-build:$1:$2:$3;\"; sum=$4; how=$5; ",
    "p=; w=; trap end EXIT; trap \"exit 1\" HUP INT PIPE TERM; ",
    "empty() { rmdir \"$d\" 2>/dev/null; return 0; }; ",
    "end() { [ -z \"$p\" ] || rm -f \"$p\"; each empty; }; ",
    "say() { echo \"polecat-pushed $1|$2\"; exit \"$1\"; }; ",
    "take() { if [ \"$how\" = gzip ]; then gzip -dc; else cat; fi >\"$p\"; }; ",
    "check() { h=; if command -v sha256sum >/dev/null 2>&1; then h=$(sha256sum <\"$p\"); ",
    "elif command -v shasum >/dev/null 2>&1; then h=$(shasum -a 256 <\"$p\"); fi; ",
    "h=${h%% *}; [ \"${h:-$sum}\" = \"$sum\" ]; }; ",
    "old() { i=0; for f in $(ls -t \"$d\" | grep \"^polecat-nvim-\"); do i=$((i + 1)); ",
    "[ $i -gt 2 ] || continue; ",
    "ls -l /proc/[0-9]*/exe 2>/dev/null | grep -F -q -e \"/$f\" && continue; ",
    "find \"$d/$f\" -mtime +30 -exec rm -f {} +; done; ",
    "find \"$d\" -name \".push-*\" -mtime +0 -exec rm -f {} +; }; ",
    "put() { mkdir -p \"$d\" 2>/dev/null; q=$d/.push-$$; ",
    "own \"$d\" && [ -w \"$d\" ] || { w=${w:-$d cannot be written to}; return 0; }; ",
    "if [ -z \"$p\" ]; then p=$q; take || say 1 \"it did not arrive whole in $d, or has no room there\"; ",
    "check || say 1 \"the checksum is wrong\"; ",
    "else cp \"$p\" \"$q\" || { rm -f \"$q\"; w=\"$w; $d has no room\"; return 0; }; rm -f \"$p\"; p=$q; fi; ",
    "chmod 700 \"$p\"; r=$(\"$p\" --build 2>&1 </dev/null); ",
    "if [ \"$r\" = \"$b\" ]; then mv -f \"$p\" \"$d/$n\" || return 0; p=; old; say 0 \"$d/$n\"; fi; ",
    "w=\"it does not run in $d: $r\"; }; each put; say 1 \"$w\"",
);

/// How a host says that it has none, and what became of what was pushed.
const MISSING: &str = "polecat-missing 1|";
const PUSHED: &str = "polecat-pushed ";

/// How much of what it says of itself is taken, in bytes.
const TEXT_LIMIT: usize = 1_000;

/// A host on which our program is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// `Linux`, `Darwin`.
    pub system: String,
    /// `x86_64`, `aarch64`.
    pub machine: String,
    /// The room there, in KiB, if it is known.
    pub free: Option<u64>,
    /// Whether it can unpack.
    pub gzip: bool,
    /// The folder that would have been better, but cannot be written to.
    pub skipped: Option<String>,
    /// The folder that it goes to; none where there is none.
    pub folder: Option<String>,
}

impl Missing {
    /// What the line of a host says, if it says that.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let fields = line.strip_prefix(MISSING).filter(|fields| fields.len() <= TEXT_LIMIT)?;
        let fields: Vec<_> = fields.splitn(6, '|').map(visible).collect();
        let [system, machine, free, gzip, skipped, folder] = fields.try_into().ok()?;
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        Some(Self {
            system,
            machine,
            free: free.parse().ok(),
            gzip: gzip == "gzip",
            skipped: text(skipped),
            folder: text(folder),
        })
    }

    /// What programs for it are built for, the best first: a static one runs with any libc.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        let known = matches!(self.machine.as_str(), "x86_64" | "aarch64" | "riscv64" | "i686");
        let systems: &[&str] = match self.system.as_str() {
            "Linux" if known => &["unknown-linux-musl", "unknown-linux-gnu"],
            "Darwin" if known => &["apple-darwin"],
            _ => &[],
        };
        systems.iter().map(|system| format!("{}-{system}", self.machine)).collect()
    }
}

/// What became of what was pushed, if the line of a host says that: where it is, or why it is not.
#[must_use]
pub fn pushed(line: &str) -> Option<Result<String, String>> {
    let (status, text) = line.strip_prefix(PUSHED)?.split_once('|')?;
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= TEXT_LIMIT);
    let text = visible(&text[..end.unwrap_or(text.len())]);
    Some(if status == "0" { Ok(text) } else { Err(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_one_word_of_every_shell() {
        for script in [FIND, PUSH] {
            let bad = script.find(['\'', '\\', '!', '\n']);
            assert_eq!(bad.map(|at| &script[at..]), None);
        }
    }

    #[test]
    fn what_is_missing_is_read_and_bounded() {
        let line = "polecat-missing 1|Linux|aarch64|1024|gzip||/home/a|b/.cache/polecat";
        let missing = Missing::parse(line).unwrap();
        assert_eq!((missing.free, missing.gzip, &missing.skipped), (Some(1024), true, &None));
        assert_eq!(missing.folder.as_deref(), Some("/home/a|b/.cache/polecat"));
        let targets = ["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"];
        assert_eq!(missing.targets(), targets);
        let bare = Missing::parse("polecat-missing 1|Plan9|mips||plain|/home\x1b[2J|").unwrap();
        assert_eq!((bare.free, bare.gzip, bare.folder.clone()), (None, false, None));
        assert_eq!(bare.skipped.as_deref(), Some("/home\\u{1b}[2J"));
        assert_eq!(bare.targets(), [""; 0]);
        let long = format!("polecat-missing 1|Linux|x86_64||||{}", "a".repeat(2_000));
        for other in ["", "polecat-missing 1|Linux", "polecat-serve 1", &long] {
            assert_eq!(Missing::parse(other), None, "{other}");
        }
    }

    #[test]
    fn what_became_of_a_push_is_read() {
        assert_eq!(pushed("polecat-pushed 0|/a|b"), Some(Ok("/a|b".to_owned())));
        assert_eq!(pushed("polecat-pushed 1|no\x07"), Some(Err("no\\u{7}".to_owned())));
        assert_eq!(pushed("welcome"), None);
        assert_eq!(
            pushed(&format!("polecat-pushed 0|{}", "ä".repeat(900))).unwrap().unwrap().len(),
            1_000
        );
    }
}
