//! Where agents that choose the ids of their conversations themselves keep them.

/// The files of an agent's conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationFiles {
    /// Their paths below the home, such as `.codex/sessions/*/rollout-?-{id}.jsonl`: `?` is one
    /// character, `*` the beginning of a part, or all of it. The first part is the agent's
    /// configuration folder, which its variable may name instead.
    pub paths: String,
    /// What the file of a conversation in the folder `{cwd}` contains.
    pub holds: String,
}

impl ConversationFiles {
    /// The id of the conversation whose file has this path below the home; `None` if it has none.
    #[must_use]
    pub fn id_of<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (patterns, parts) = (self.paths.split('/'), path.split('/'));
        if patterns.clone().count() != parts.clone().count() {
            return None;
        }
        let mut id = None;
        for (pattern, part) in patterns.zip(parts) {
            match pattern.split_once("{id}") {
                Some((before, after)) => id = Some(between(part, before, after)?),
                None if is_part(part, pattern) => {}
                None => return None,
            }
        }
        id
    }

    /// Whether a part of a path is of this part of the pattern.
    #[must_use]
    pub fn fits(part: &str, pattern: &str) -> bool {
        match pattern.split_once("{id}") {
            Some((before, after)) => between(part, before, after).is_some(),
            None => is_part(part, pattern),
        }
    }

    /// Whether the conversation with this text was held in the folder `cwd`.
    #[must_use]
    pub fn is_in(&self, text: &str, cwd: &str) -> bool {
        text.contains(&self.holds.replace("{cwd}", cwd))
    }
}

fn is_part(part: &str, pattern: &str) -> bool {
    pattern.strip_prefix('*').map_or(part == pattern, |end| part.ends_with(end))
}

/// What stands between a beginning, in which `?` is any character, and an end.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let mut letters = text.chars();
    let begins = before
        .chars()
        .all(|known| letters.next().is_some_and(|letter| known == '?' || known == letter));
    let id = letters.as_str().strip_suffix(after).filter(|_| begins)?;
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::super::preset;

    /// The paths and texts are those that the programs wrote, of the versions that their files name.
    #[test]
    fn a_conversation_is_found_by_its_path_and_its_folder() {
        for (name, path, text, id) in [
            (
                "codex",
                ".codex/sessions/2026/11/29/rollout-2026-11-29T02-10-21-01a22511-512b.jsonl",
                r#"{"type":"session_meta","payload":{"id":"01a22511-512b","cwd":"/src/shop","x":1}}"#,
                "01a22511-512b",
            ),
            (
                "vibe",
                ".vibe/logs/session/unified/6caace5c-5ef5/generations/0000000000000008/runtime-state.json",
                r#"null,"cwd":"/src/shop","external""#,
                "6caace5c-5ef5",
            ),
            (
                "kimi",
                ".kimi-code/sessions/wd_shop_b4f73b432754/session_ab3c330b-fac5/state.json",
                r#"{"id":"session_ab3c330b-fac5","version":2,"cwd":"/src/shop","archived":false"#,
                "session_ab3c330b-fac5",
            ),
            (
                "cn",
                ".continue/sessions/e5a7c3ab-f2de.json",
                "  \"title\": \"x\",\n  \"workspaceDirectory\": \"/src/shop\",\n",
                "e5a7c3ab-f2de",
            ),
            (
                "cline",
                ".cline/data/sessions/1795919774096_plynm/1795919774096_plynm.json",
                "  \"model\": \"mock\",\n  \"cwd\": \"/src/shop\",\n",
                "1795919774096_plynm",
            ),
        ] {
            let files = preset(name).unwrap().resume.unwrap().files.unwrap();
            assert_eq!(files.id_of(path), Some(id), "{name}");
            assert_eq!(files.id_of(&format!("x/{path}")), None, "{name}");
            assert!(files.is_in(text, "/src/shop"), "{name}");
            assert!(!files.is_in(text, "/src/sho"), "{name}");
        }
    }

    #[test]
    fn who_can_be_given_an_id_needs_no_such_file() {
        let claude = preset("claude").unwrap().resume.unwrap();
        assert!(claude.new.is_some() && claude.files.is_none());
    }
}
