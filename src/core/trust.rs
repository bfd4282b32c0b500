//! Trust requests: what project files would run that is not known otherwise, how a request is
//! identified, and how it is shown to the user.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{as_bytes, names::visible};

/// What a start would run because of project files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustRequest {
    /// The rig's home: what is trusted in one project is not in another.
    pub home: PathBuf,
    /// The files that decide it.
    pub files: Vec<PathBuf>,
    /// The command line; empty if it is the user's own.
    pub argv: Vec<String>,
    /// The environment variables they set.
    pub env: Vec<(String, String)>,
    /// What else they change about the agent: names and values of settings.
    pub settings: Vec<(String, String)>,
    /// Project files that would be read or run as part of it.
    pub contents: Vec<Content>,
    /// Whether an answer can be remembered. It cannot if what runs could change unnoticed.
    pub lasting: bool,
}

/// A project file that is part of what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The file.
    pub path: PathBuf,
    /// The hash of its content.
    pub hash: String,
    /// Its content, if it is to be shown to the user: an agent's hooks.
    #[serde(with = "as_bytes::maybe_text", default)]
    pub text: Option<String>,
}

impl Content {
    /// Whether its content is exactly these bytes.
    #[must_use]
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.hash == hex(Sha256::new_with_prefix(bytes))
    }
}

/// The user's answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may run this time.
    Once,
    /// It may always run, as long as it does not change.
    Always,
}

/// An answer, and the request it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The answer.
    pub answer: Answer,
    /// The [`TrustRequest::id`] that was shown.
    pub id: String,
}

impl Allowed {
    /// Whether what has this id was allowed. Of several agents each may need it: `id` names what was
    /// allowed before, with commas, and last what is answered.
    #[must_use]
    pub fn covers(&self, id: &str) -> bool {
        self.id.split(',').any(|allowed| allowed == id)
    }

    /// Whether it was allowed for good.
    #[must_use]
    pub fn is_lasting_for(&self, id: &str) -> bool {
        self.answer == Answer::Always && self.id.rsplit(',').next() == Some(id)
    }
}

impl TrustRequest {
    /// A hash of the whole request, which identifies it.
    #[must_use]
    pub fn id(&self) -> String {
        let mut parts = Parts(Sha256::new());
        parts.path(&self.home);
        parts.list(&self.files, |parts, file| parts.path(file));
        parts.list(&self.argv, |parts, word| parts.text(word));
        parts.list(&self.env, |parts, (name, value)| {
            parts.text(name);
            parts.text(value);
        });
        parts.list(&self.settings, |parts, (name, value)| {
            parts.text(name);
            parts.text(value);
        });
        parts.list(&self.contents, |parts, content| {
            parts.path(&content.path);
            parts.text(&content.hash);
        });
        hex(parts.0)
    }

    /// The command line, quoted for a shell, with invisible characters escaped.
    #[must_use]
    pub fn command(&self) -> String {
        let words: Vec<_> = self.argv.iter().map(|word| quoted(word)).collect();
        words.join(" ")
    }

    /// The whole request as lines of text for the user.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let command = Some(self.command()).filter(|command| !command.is_empty());
        let env =
            self.env.iter().map(|(name, value)| format!("{}={}", visible(name), quoted(value)));
        let settings =
            self.settings.iter().map(|(name, value)| format!("{name}: {}", visible(value)));
        let parts = self.contents.iter().filter(|content| content.text.is_none());
        let mut lines = Vec::new();
        section(&mut lines, "These project files decide what runs:", self.files.iter().map(path));
        section(&mut lines, "The command:", command.into_iter());
        section(&mut lines, "In its environment:", env);
        section(&mut lines, "Agent settings:", settings);
        section(&mut lines, "Project files it uses:", parts.map(|part| path(&part.path)));
        for content in &self.contents {
            let Some(text) = &content.text else { continue };
            let title = format!("It reads {}:", path(&content.path));
            let rows = text.lines().map(|row| visible(&row.replace('\t', "    ")));
            section(&mut lines, &title, rows);
        }
        lines
    }
}

fn section(lines: &mut Vec<String>, title: &str, rows: impl Iterator<Item = String>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    lines.push(title.to_owned());
    lines.extend(rows.map(|row| format!("    {row}")));
}

fn path(path: impl AsRef<Path>) -> String {
    visible(&path.as_ref().to_string_lossy())
}

fn quoted(word: &str) -> String {
    // Only a word with a NUL cannot be quoted; it cannot be run either, so it is just shown.
    shlex::try_quote(word).map_or_else(|_| visible(word), |word| visible(&word))
}

/// A SHA-256 as text.
#[must_use]
pub fn hex(hash: Sha256) -> String {
    format!("{:x}", hash.finalize())
}

/// Texts and lists of texts, each preceded by its length, so that no two requests give the same bytes.
struct Parts(Sha256);

impl Parts {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn path(&mut self, path: &Path) {
        self.bytes(path.as_os_str().as_bytes());
    }

    fn list<T>(&mut self, items: &[T], mut add: impl FnMut(&mut Self, &T)) {
        self.0.update((items.len() as u64).to_le_bytes());
        for item in items {
            add(self, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> TrustRequest {
        TrustRequest {
            home: "/town/shop".into(),
            files: vec!["/town/shop/settings/agents.json".into()],
            argv: ["/bin/sh", "-c", "touch PWNED"].map(str::to_owned).into(),
            env: vec![("A".into(), "1".into())],
            settings: vec![("first words".to_owned(), "go".into())],
            contents: vec![Content { path: "/town/x".into(), hash: "0".into(), text: None }],
            lasting: true,
        }
    }

    #[test]
    fn another_request_has_another_id() {
        let changes: [fn(&mut TrustRequest); 9] = [
            |request| request.home = "/town/other".into(),
            |request| request.files.push("/town/settings/config.json".into()),
            |request| request.argv[2].push('2'),
            |request| request.argv = vec!["/bin/sh-c".into(), String::new(), "touch PWNED".into()],
            |request| request.argv.push("A".into()),
            |request| request.env[0].1 = "2".into(),
            |request| request.settings.clear(),
            |request| request.contents[0].hash = "1".into(),
            |request| request.contents[0].path = "/town/y".into(),
        ];
        let mut ids = vec![request().id()];
        for change in changes {
            let mut other = request();
            change(&mut other);
            ids.push(other.id());
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), changes.len() + 1);
        assert_eq!(request().id(), request().id());
    }

    #[test]
    fn all_of_a_request_is_shown_with_what_is_invisible_escaped() {
        let hooks = Content {
            path: "/town/shop/polecats/.claude/settings.json".into(),
            hash: "0".into(),
            text: Some("{\n\t\"hooks\": \"\u{1b}[2Kx\"\n}".into()),
        };
        let mut request = request();
        request.argv[2] = "true\r\n; touch\u{202e}x".into();
        request.env.push(("LD_PRELOAD".into(), "/a b.so".into()));
        request.contents.push(hooks);
        assert_eq!(
            request.lines(),
            [
                "These project files decide what runs:",
                "    /town/shop/settings/agents.json",
                "The command:",
                "    /bin/sh -c 'true\\r\\n; touch\\u{202e}x'",
                "In its environment:",
                "    A=1",
                "    LD_PRELOAD='/a b.so'",
                "Agent settings:",
                "    first words: go",
                "Project files it uses:",
                "    /town/x",
                "It reads /town/shop/polecats/.claude/settings.json:",
                "    {",
                "        \"hooks\": \"\\u{1b}[2Kx\"",
                "    }",
            ]
        );
    }
}
