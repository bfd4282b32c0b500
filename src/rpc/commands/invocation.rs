//! A command as it was given, and given again with a person's answer.

use std::path::PathBuf;

use rmpv::Value;

use super::{
    Done,
    table::{COMMANDS, Command, Range, SIDEBAR, Spec},
    words::CommandWords,
};
use crate::core::{
    names::shown,
    rig::address::{beside, compared},
};
use crate::rpc::{
    calls::{Answers, At, CallContext, CommandRun, Method, UserPath},
    effects::{Effect, Request, View},
    encode,
    error::{Refusal, RpcError},
};

/// The word, of the commands that take one, that names a polecat.
const POLECAT: &str = "polecat";

/// A command that was understood.
pub(super) struct Invocation {
    pub(super) spec: &'static Spec,
    pub(super) words: CommandWords,
    pub(super) asked: CommandRun,
    /// It is about a polecat of a host.
    of_host: bool,
}

impl Invocation {
    /// Reads what was asked by the row of its command.
    pub(super) fn read(asked: CommandRun) -> Result<Self, RpcError> {
        let spec = Spec::named(&asked.name).ok_or_else(|| unknown(&asked.name))?;
        let words = CommandWords::read(spec, &asked.args)?;
        let invocation = Self { spec, words, asked, of_host: false };
        invocation.refuse_front()?;
        Ok(invocation)
    }

    /// Neovim sees to it for `:PolecatStop`; `:Polecat stop` takes all that some command does.
    fn refuse_front(&self) -> Result<(), RpcError> {
        let Self { spec, asked, .. } = self;
        let what = if self.bang() && !spec.bang {
            "`!`"
        } else if asked.lines.is_some() && spec.range != Range::Lines {
            "range"
        } else {
            return Ok(());
        };
        let mut error = RpcError::bad_argument(format!("`{}` takes no {what}", spec.sub()));
        let sized = spec.range == Range::Size && what == "range";
        error.hint = sized.then(|| "`size=` is the size of its window".to_owned());
        Err(error)
    }

    pub(super) fn command(&self) -> Command {
        self.spec.command
    }

    pub(super) fn bang(&self) -> bool {
        self.asked.bang.unwrap_or_default()
    }

    pub(super) fn at(&self) -> At {
        self.asked.at.clone()
    }

    /// What a person has answered so far.
    pub(super) fn answers(&self) -> Answers {
        self.asked.answers.clone().unwrap_or_default()
    }

    /// The polecat that is named, or the one that the buffer is about.
    pub(super) fn polecat(&self) -> Result<String, RpcError> {
        let missing = || RpcError {
            hint: Some(format!("`:Polecat{} {{polecat}}`", self.spec.name)),
            ..RpcError::bad_argument("`polecat` is missing")
        };
        self.words.text("polecat")?.or_else(|| self.asked.about.clone()).ok_or_else(missing)
    }

    /// Whether it is to be of all rigs: also where there is none around.
    pub(super) async fn is_about_all(&self, context: &CallContext<'_>) -> bool {
        self.bang() || context.lists_all(&self.asked.at).await
    }

    /// The polecat that it is about, or several of them, as a person has named them.
    pub(super) fn said(&self) -> Option<String> {
        let takes_one = self.spec.words.iter().any(|word| word.name == POLECAT);
        let about = self.asked.about.clone().filter(|_| self.spec.command.is_about_buffer());
        let said = self.words.text(POLECAT).ok().flatten().or(about).filter(|_| takes_one)?;
        Some(said).filter(|said| !is_sidebar(self.spec.command, said))
    }

    /// The same about exactly the polecat that is meant, in its own rig, which is named where it is
    /// not the one around.
    pub(super) async fn settled(mut self, context: &CallContext<'_>) -> Result<Self, Refusal> {
        let is_named = self.words.text(POLECAT)?.is_some();
        let said = self.said();
        // One of a host is looked up there.
        if said.as_ref().is_some_and(|said| context.is_far(said)) {
            self.of_host = true;
            return Ok(self);
        }
        // Of several each is looked up by itself.
        let Some(said) = said.filter(|said| !said.contains(['*', ','])) else { return Ok(self) };
        if let Some((one, other)) = compared(&said) {
            return self.settled_for_two(context, (one, other)).await;
        }
        let whom = context.whom(self.at(), &said, self.spec.command.reach()).await;
        let whom = whom.map_err(|error| Refusal::from(error).about(&said))?;
        self.asked.at = self.asked.at.in_rig(whom.context.rig_path());
        if is_named {
            self.words.set(POLECAT, &whom.shown);
        }
        self.asked.about = self.asked.about.map(|_| whom.shown);
        Ok(self)
    }

    /// The same of two that are compared: what else is done there is about the second one.
    async fn settled_for_two(
        mut self,
        context: &CallContext<'_>,
        (one, other): (&str, &str),
    ) -> Result<Self, Refusal> {
        let whom = context.whom(self.at(), one, self.spec.command.reach()).await?;
        self.asked.at = self.asked.at.in_rig(whom.context.rig_path());
        let second = beside(&whom.shown, other);
        let is_diff = self.spec.command == Command::Diff;
        let said = if is_diff { format!("{}..{other}", whom.shown) } else { second };
        self.words.set(POLECAT, &said);
        Ok(self)
    }

    /// Has `view` opened, of the rig that it is about.
    pub(super) fn open(&self, view: View) -> Done {
        let at = if self.of_host { self.at().for_host() } else { self.at() };
        let at = view.is_of_polecat().then_some(at);
        Ok(vec![Effect::Open { view, at, size: self.size()?, here: false }])
    }

    /// What relative paths begin at.
    pub(super) fn cwd(&self) -> PathBuf {
        self.asked.cwd.clone()
    }

    /// The path that the word or key `name` has.
    pub(super) fn path(&self, name: &str) -> Option<UserPath> {
        UserPath::written(self.words.raw(name)?)
    }

    /// The lines, or columns, that its window shall have.
    pub(super) fn size(&self) -> Result<Option<u32>, RpcError> {
        Ok(self.words.number("size")?.or(self.asked.count))
    }

    /// How it was written: `:PolecatStart! ash agent=x`.
    pub(super) fn line(&self) -> String {
        let bang = if self.bang() { "!" } else { "" };
        let args = String::from_utf8_lossy(&self.asked.args);
        format!(":Polecat{}{bang} {}", self.spec.name, args.trim()).trim_end().to_owned()
    }

    /// The same command again, with what a person has answered.
    pub(super) fn again(&self, answers: Answers) -> Request {
        let asked = CommandRun { answers: Some(answers), editor: None, ..self.asked.clone() };
        Request { method: CommandRun::NAME, args: request(&asked), editor: self.spec.editor }
    }

    /// The same command with what will be written, in which the lines of its range stand by then.
    pub(super) fn without_lines(&self) -> Request {
        let asked = CommandRun { lines: None, view: None, editor: None, ..self.asked.clone() };
        Request { method: CommandRun::NAME, args: request(&asked), editor: self.spec.editor }
    }

    /// The same command with other arguments, and what a person has answered.
    pub(super) fn with(&self, args: &str, answers: Answers) -> Request {
        let asked = CommandRun {
            args: args.as_bytes().to_vec().into(),
            answers: Some(answers),
            text: None,
            editor: None,
            ..self.asked.clone()
        };
        Request { method: CommandRun::NAME, args: request(&asked), editor: self.spec.editor }
    }

    /// The same command about the rig at `at`, as if a person had answered this.
    pub(super) fn with_answers(&self, at: At, answers: Answers) -> Self {
        let asked = CommandRun { at, answers: Some(answers), ..self.asked.clone() };
        Self { spec: self.spec, words: self.words.clone(), asked, of_host: self.of_host }
    }

    /// Another command, from the same place.
    pub(super) fn other(&self, name: &str, args: &str, bang: bool) -> Request {
        self.other_with(name, args, bang, None)
    }

    /// The same about a rig: from within it, or about a polecat of a host that has no name.
    pub(super) fn other_in(
        &self,
        name: &str,
        args: &str,
        (at, about): (At, Option<String>),
    ) -> Request {
        let asked = CommandRun { at, about, ..self.asked.clone() };
        Self { asked, words: self.words.clone(), ..*self }.other(name, args, false)
    }

    /// The same with what a person has answered.
    pub(super) fn other_with(
        &self,
        name: &str,
        args: &str,
        bang: bool,
        answers: Option<Answers>,
    ) -> Request {
        let asked = CommandRun {
            name: name.to_owned(),
            args: args.as_bytes().to_vec().into(),
            bang: Some(bang),
            count: None,
            lines: None,
            view: None,
            contexts: None,
            text: None,
            answers,
            editor: None,
            ..self.asked.clone()
        };
        let editor = Spec::named(name).is_some_and(|spec| spec.editor);
        Request { method: CommandRun::NAME, args: request(&asked), editor }
    }
}

fn unknown(name: &str) -> RpcError {
    let known: Vec<_> = COMMANDS.iter().map(|spec| format!("`{}`", spec.sub())).collect();
    let mut error = RpcError::bad_argument(format!("there is no command `{}`", shown(name)));
    error.hint = Some(format!("known: {}", known.join(", ")));
    error
}

/// The arguments by which `asked` is asked.
fn request(asked: &CommandRun) -> Value {
    // Only a path that is not UTF-8 cannot be written, and none such was read.
    encode::value(asked).unwrap_or(Value::Nil)
}

/// Whether `said` is no polecat, but the word for a window at the side.
fn is_sidebar(command: Command, said: &str) -> bool {
    command == Command::Status && said == SIDEBAR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::{
        calls::{InUse, Lines, Trust},
        decode::decode,
    };
    use crate::session::Answer;

    fn asked(name: &str, args: &str) -> CommandRun {
        let at = At { file: Some("/shop/src".into()), cwd: "/shop".into(), rig: None };
        let about = Some("ash".to_owned());
        CommandRun { bang: Some(true), about, ..CommandRun::typed(&at, name, args) }
    }

    fn read(asked: CommandRun) -> Invocation {
        Invocation::read(asked).unwrap_or_else(|error| panic!("{error:?}"))
    }

    fn refused(asked: CommandRun) -> String {
        Invocation::read(asked).map(|_| ()).unwrap_err().message
    }

    #[test]
    fn the_call_that_follows_an_answer_is_the_same_command_with_it() {
        let text = vec![b"a\xff".to_vec().into()];
        let (name, filetype) = (b"x.rs".to_vec().into(), "rust".to_owned());
        let lines =
            Some(Lines { name, filetype, first: 1, last: 1, text, id: None, last_id: None });
        let first =
            CommandRun { lines: lines.map(Box::new), bang: None, ..asked("inject", "ash x\u{fc}") };
        let answers = Answers {
            confirmed: Some(true),
            polecat: Some("birch".to_owned()),
            in_use: Some(InUse::Ignore),
            large: Some(true),
            trust: Some(Trust(Answer::Always)),
            trust_id: Some("1f".to_owned()),
            question: Some("2e".to_owned()),
            ticked: Some(vec![1, 3]),
            cut: Some(true),
            round: Some(true),
            commit: Some("3d".to_owned()),
            remove: Some(vec!["birch".to_owned()]),
            stop: Some(true),
        };
        let then = read(first.clone()).again(answers.clone());
        let again: CommandRun = decode(then.method, then.args).unwrap();
        let expected = CommandRun { answers: Some(answers), ..first };
        assert_eq!(format!("{again:?}"), format!("{expected:?}"));
        assert!(!then.editor);
        assert!(read(asked("Remove", "ash")).again(Answers::default()).editor);
    }

    #[test]
    fn another_command_from_there_has_nothing_of_the_first_but_its_place() {
        let then = read(asked("StopAll", "")).other("Remove", "ash", false);
        assert!(then.editor, "its look at the editor is its own");
        let other: CommandRun = decode(then.method, then.args).unwrap();
        let expected = CommandRun { bang: Some(false), ..asked("Remove", "ash") };
        assert_eq!(format!("{other:?}"), format!("{expected:?}"));
    }

    #[test]
    fn a_command_is_found_by_both_of_its_names_and_shown_as_it_was_written() {
        assert_eq!(read(asked("stop-all", " ")).line(), ":PolecatStopAll!");
        assert_eq!(read(asked("Start", "ash  agent=x")).line(), ":PolecatStart! ash  agent=x");
        assert_eq!(refused(asked("nosuch\n", "")), "there is no command `nosuch\\n`");
    }

    #[test]
    fn what_stands_in_front_of_a_command_that_takes_none_is_refused() {
        assert_eq!(refused(asked("attach", "ash")), "`attach` takes no `!`");
        let (name, filetype) = (Vec::new().into(), String::new());
        let (id, last_id, text) = (None, None, Vec::new());
        let lines = Some(Box::new(Lines { name, filetype, first: 1, last: 0, text, id, last_id }));
        assert_eq!(refused(CommandRun { lines, ..asked("stop", "ash") }), "`stop` takes no range");
    }
}
