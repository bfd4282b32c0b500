//! How an agent goes on with an earlier conversation, as words of its command line.

use super::{Agent, ConversationFiles, launched};

/// What stands for the id of a copy.
const COPY: &str = "{new}";

/// How an agent goes on with an earlier conversation. Each is words of its command line, in which
/// `{id}` stands for the conversation's id, and in `fork` `{new}` for that of the copy; what is
/// absent, it cannot do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// Whether the words are a subcommand, which stands before the arguments, not behind them.
    pub is_subcommand: bool,
    /// Goes on with the conversation of this id: `--resume {id}`.
    pub by_id: Option<String>,
    /// Goes on with the last conversation in the working directory: `--continue`.
    pub last: Option<String>,
    /// Begins a copy of the conversation, in whatever folder: `--resume {id} --fork-session`.
    pub fork: Option<String>,
    /// Gives a new conversation this id: `--session-id {id}`.
    pub new: Option<String>,
    /// Whether settings say so, of whatever program it is.
    pub says_new: bool,
    /// Where its conversations are, for one that chooses their ids itself.
    pub files: Option<ConversationFiles>,
}

/// The conversation that an agent is started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversation<'a> {
    /// A new one, with an id of our choice.
    New(&'a str),
    /// An earlier one.
    Earlier(&'a str),
    /// The last one in the working directory.
    Last,
    /// A copy of an earlier one.
    Fork {
        /// The earlier one.
        id: &'a str,
        /// The copy, if we choose its id.
        new: Option<&'a str>,
    },
}

impl Resume {
    /// By a flag in front of the id.
    #[must_use]
    pub fn flag(flag: &str) -> Self {
        Self { by_id: Some(format!("{flag} {{id}}")), ..Self::default() }
    }

    /// By a subcommand in front of the id; may be several words.
    #[must_use]
    pub fn subcommand(words: &str) -> Self {
        Self { is_subcommand: true, ..Self::flag(words) }
    }

    /// These words, and for what they do not say those of `base`.
    pub(super) fn over(self, base: Option<&Self>) -> Self {
        let Some(base) = base.cloned() else { return self };
        Self {
            is_subcommand: self.is_subcommand,
            by_id: self.by_id.or(base.by_id),
            last: self.last.or(base.last),
            fork: self.fork.or(base.fork),
            says_new: self.says_new || (self.new.is_none() && base.says_new),
            new: self.new.or(base.new),
            files: self.files.or(base.files),
        }
    }

    /// All that it says, for a person.
    pub(super) fn words(&self) -> String {
        let given = [&self.by_id, &self.last, &self.fork, &self.new];
        given.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    fn of(&self, conversation: Conversation) -> Option<Vec<String>> {
        let (words, id, copy) = match conversation {
            Conversation::New(id) => (&self.new, id, None),
            Conversation::Earlier(id) => (&self.by_id, id, None),
            Conversation::Last => (&self.last, "", None),
            Conversation::Fork { id, new } => (&self.fork, id, new),
        };
        let words = words.as_ref()?.split_whitespace();
        let word = |word: &str| match (word.contains(COPY), copy) {
            (false, _) => Some(word.replace("{id}", id)),
            (true, copy) => Some(word.replace(COPY, copy?)),
        };
        words.map(word).collect()
    }

    /// Whether a copy gets an id of our choice.
    #[must_use]
    pub fn names_copies(&self) -> bool {
        self.fork.as_ref().is_some_and(|words| words.contains(COPY))
    }
}

impl Agent {
    /// The command line `argv` with a conversation; `None` if the agent cannot be told it.
    #[must_use]
    pub fn with_conversation(
        &self,
        mut argv: Vec<String>,
        conversation: Conversation,
    ) -> Option<Vec<String>> {
        let resume = self.resume.as_ref()?;
        let words = resume.of(conversation)?;
        // A new conversation needs no subcommand.
        let leads = resume.is_subcommand && !matches!(conversation, Conversation::New(_));
        let at = if leads { argv.len().min(self.program_at(&argv) + 1) } else { argv.len() };
        argv.splice(at..at, words);
        Some(argv)
    }

    /// Whether a command line says already which conversation it is about.
    #[must_use]
    pub fn names_conversation(&self, argv: &[String]) -> bool {
        let Some(resume) = &self.resume else { return false };
        let said = [&resume.by_id, &resume.last, &resume.fork, &resume.new].into_iter().flatten();
        let flags: Vec<&str> = said.filter_map(|words| words.split_whitespace().next()).collect();
        argv.iter().skip(1).any(|word| flags.contains(&word.split('=').next().unwrap_or_default()))
    }

    /// Where in a command line its program stands. A person's own one may begin with others that
    /// only start it.
    fn program_at(&self, argv: &[String]) -> usize {
        match self.wrapper.len() {
            0 => argv.len() - launched(argv).len(),
            count => count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AgentOverrides, preset};
    use super::*;

    /// What the agent of this name is started with, after its own arguments.
    fn line(name: &str, conversation: Conversation) -> Option<String> {
        let agent = preset(name).unwrap();
        let argv = vec![agent.command.clone(), "-x".to_owned()];
        agent.with_conversation(argv, conversation).map(|argv| argv.join(" "))
    }

    /// All but amp were tried, in the versions that their files name.
    #[test]
    fn an_agent_goes_on_by_the_words_that_it_takes() {
        let earlier = Conversation::Earlier("7");
        for (name, by_id, last) in [
            ("claude", Some("claude -x --resume 7"), Some("claude -x --continue")),
            ("codex", Some("codex resume 7 -x"), Some("codex resume --last -x")),
            ("gemini", Some("gemini -x --resume 7"), Some("gemini -x --resume latest")),
            ("aider", None, Some("aider -x --restore-chat-history")),
            ("amp", Some("amp threads continue 7 -x"), None),
            ("omp", None, None),
        ] {
            assert_eq!(line(name, earlier).as_deref(), by_id, "{name}");
            assert_eq!(line(name, Conversation::Last).as_deref(), last, "{name}");
        }
    }

    #[test]
    fn a_copy_and_a_chosen_id_are_only_for_who_can() {
        for (name, fork, new) in [
            (
                "claude",
                Some("claude -x --resume 7 --fork-session --session-id 8"),
                Some("claude -x --session-id 7"),
            ),
            ("codex", Some("codex fork 7 -C . -x"), None),
            ("gemini", None, Some("gemini -x --session-id 7")),
            ("vibe", None, None),
        ] {
            let copy = Conversation::Fork { id: "7", new: Some("8") };
            assert_eq!(line(name, copy).as_deref(), fork, "{name}");
            assert_eq!(line(name, Conversation::New("7")).as_deref(), new, "{name}");
        }
    }

    #[test]
    fn a_subcommand_stands_behind_the_program_whatever_runs_that() {
        let codex = preset("codex").unwrap();
        let wrapper = Some(vec!["nice".to_owned(), "-n5".to_owned()]);
        let codex = AgentOverrides { wrapper, ..AgentOverrides::default() }.over("codex", &codex);
        let resumed = codex.with_conversation(codex.argv(), Conversation::Last).unwrap();
        assert_eq!(resumed[..5], ["nice", "-n5", "codex", "resume", "--last"]);
    }

    #[test]
    fn so_it_does_in_a_command_line_of_a_persons_own() {
        let argv = ["env", "A=1", "codex", "--yolo"].map(str::to_owned);
        let codex = preset("codex").unwrap().with_command(&argv);
        let resumed = codex.with_conversation(argv.to_vec(), Conversation::Earlier("7")).unwrap();
        assert_eq!(resumed.join(" "), "env A=1 codex resume 7 --yolo");
    }

    #[test]
    fn a_command_line_that_names_a_conversation_is_known() {
        for (name, line, names) in [
            ("claude", "claude --resume 7", true),
            ("claude", "claude --session-id=7", true),
            ("claude", "claude --resumed", false),
            ("codex", "codex resume --last", true),
            ("codex", "codex --yolo", false),
            ("omp", "omp --resume", false),
        ] {
            let argv: Vec<_> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(preset(name).unwrap().names_conversation(&argv), names, "{line}");
        }
    }

    #[test]
    fn what_settings_do_not_say_stays_known() {
        let claude = preset("claude").unwrap();
        let given =
            AgentOverrides { resume: Some(Resume::flag("--resume")), ..AgentOverrides::default() };
        assert_eq!(given.over("claude", &claude), claude);
        let own =
            AgentOverrides { resume: Some(Resume::flag("--go-on")), ..AgentOverrides::default() };
        let own = own.over("claude", &claude).resume.unwrap();
        assert_eq!(own.by_id.as_deref(), Some("--go-on {id}"));
        assert_eq!(own.last.as_deref(), Some("--continue"));
    }
}
