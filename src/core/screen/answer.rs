//! Which keys answer a dialog, and whether they may be pressed without a person.

use super::Question;
use super::description::{Accept, Answering, ChoiceInput, Dialog, FreeText, Ticks};
use super::dialog::begins;
use super::menu;
use super::patterns::Patterns;
use super::rows::is_braille;
use sha2::{Digest, Sha256};

/// Who answers an agent's startup dialogs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Accept those that the command's own arguments already imply; the user answers the others.
    #[default]
    Implied,
    /// Accept all that the preset can accept.
    Accept,
    /// Accept none: the user answers.
    Ask,
}

/// What to press next to give a choice. After each one look again: a mark moves only when the
/// agent draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// This key moves the mark towards it.
    Move(&'static str),
    /// These keys, as tmux names them, give it.
    Give(Vec<String>),
}

impl Patterns {
    /// The keys to press next, as tmux names them, to accept `question` without a person; `None` if
    /// we must not: it is unknown, not allowed, or another choice is marked than the keys assume.
    ///
    /// For a preset's dialog it is one step. `args` are the arguments of the agent's command.
    #[must_use]
    pub fn accepted(
        &self,
        question: &Question,
        args: &[String],
        policy: Policy,
    ) -> Option<Vec<String>> {
        match self.dialog(question)?.accept? {
            Accept::Keys { keys, selected } => {
                let marked = question.selected.and_then(|at| question.choices.get(at));
                let assumed = selected
                    .is_none_or(|expected| marked.is_some_and(|label| begins(label, expected)));
                let may = assumed && policy != Policy::Ask;
                may.then(|| keys.iter().map(|key| (*key).to_owned()).collect())
            }
            Accept::Choice { choice, implied_by } => {
                let allowed = match policy {
                    Policy::Implied => implied(implied_by, args),
                    Policy::Accept => true,
                    Policy::Ask => false,
                };
                self.step(question, choice).filter(|_| allowed).map(Step::keys)
            }
        }
    }

    /// Whether the agent shows this briefly at startup without needing an answer.
    #[must_use]
    pub fn may_pass(&self, question: &Question) -> bool {
        self.known.passing.iter().any(|passing| question.dialog == Some(*passing))
    }

    /// What to press next to give the choice at `choice`, from 0, without words; `None` if no way
    /// is known.
    #[must_use]
    pub fn step(&self, question: &Question, choice: usize) -> Option<Step> {
        let label = self.label(question, choice)?;
        let answering = self.answering(question);
        let mut own = answering.keys.iter().chain(answering.undrawn);
        if let Some((_, keys)) = own.find(|(own, _)| begins(label, own)) {
            return Some(Step::Give(keys.iter().map(|key| (*key).to_owned()).collect()));
        }
        by(answering.way, question, choice)
    }

    /// The choice, from 0, that `yes` or `no` means here.
    #[must_use]
    pub fn meant(&self, question: &Question, yes: bool) -> Option<usize> {
        let answering = self.answering(question);
        let beginnings = if yes { answering.yes } else { answering.no };
        let choice = |own: &&str| question.choices.iter().position(|label| begins(label, own));
        beginnings.iter().find_map(choice)
    }

    /// How the words of a choice are given, if it takes any.
    #[must_use]
    pub fn words(&self, question: &Question, choice: usize) -> Option<&'static FreeText> {
        let label = self.label(question, choice)?;
        self.answering(question).words.iter().find(|words| begins(label, words.choice))
    }

    /// `question` with what is known of how it is answered.
    pub(super) fn with_answering(&self, mut question: Question) -> Question {
        let answering = self.answering(&question);
        if let Some(ticks) = answering.ticks {
            question.ticked = ticks.of(&question.choices);
        }
        if question.choices.is_empty() {
            let labels = answering.undrawn.iter().map(|(label, _)| (*label).to_owned());
            question.choices = labels.collect();
        }
        let choices = 0..question.choices.len();
        let needs = |choice: &usize| self.words(&question, *choice).is_some_and(|it| it.needed);
        question.free = choices.into_iter().find(needs);
        question.field = answering.field && question.choices.is_empty();
        (question.yes, question.no) = (self.meant(&question, true), self.meant(&question, false));
        question
    }

    /// The boxes in front of the choices of `question`, if several can be chosen.
    #[must_use]
    pub fn ticks(&self, question: &Question) -> Option<Ticks> {
        question.ticked.as_ref().and(self.answering(question).ticks)
    }

    /// Whether it is known which keys answer `question`.
    #[must_use]
    pub fn has_way(&self, question: &Question) -> bool {
        self.answering(question).way != ChoiceInput::Unknown
    }

    /// The next key towards the choice at `choice`; `None` where it is marked, or no mark is seen.
    #[must_use]
    pub fn towards(&self, question: &Question, choice: usize) -> Option<Step> {
        let way = match self.answering(question).way {
            ChoiceInput::Mark(next, before) => ChoiceInput::Mark(next, before),
            _ => ChoiceInput::Mark("Down", "Up"),
        };
        by(way, question, choice).filter(|step| matches!(step, Step::Move(_)))
    }

    /// The label of a choice, without the box in front of it.
    pub(super) fn label<'a>(&self, question: &'a Question, choice: usize) -> Option<&'a str> {
        let drawn = question.choices.get(choice)?;
        Some(self.answering(question).ticks.map_or(drawn.as_str(), |ticks| ticks.label(drawn)))
    }

    /// How choices of `question` are given. Of a dialog that is not known only what is seen counts:
    /// the mark, or the letters.
    pub(super) fn answering(&self, question: &Question) -> Answering {
        let usual = self.known.answering;
        let dialog = self.dialog(question);
        match dialog.and_then(|dialog| dialog.answering) {
            Some(own) => own,
            None if dialog.is_some_and(|dialog| !dialog.is_near()) => usual,
            None if usual.way == ChoiceInput::Letter => usual,
            None => Answering { yes: &[], no: &[], ..Answering::MARK },
        }
    }

    fn dialog(&self, question: &Question) -> Option<&'static Dialog> {
        self.dialogs().find(|dialog| question.dialog == Some(dialog.id))
    }
}

/// Why what a person said is no choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoChoice {
    /// None is meant by it.
    Unknown,
    /// Several are, by these labels.
    Ambiguous(Vec<String>),
}

impl Patterns {
    /// The choice, from 0, that a person means by `said`: its number, its label, `yes` or `no` where
    /// that is known, or a beginning that no other one has.
    ///
    /// # Errors
    /// None or several are meant.
    pub fn choose(&self, question: &Question, said: &str) -> Result<usize, NoChoice> {
        let said = said.trim();
        let labels: Vec<&str> =
            (0..question.choices.len()).filter_map(|at| self.label(question, at)).collect();
        if let Ok(number) = said.parse::<usize>() {
            let at = number.checked_sub(question.first).filter(|at| *at < labels.len());
            return at.ok_or(NoChoice::Unknown);
        }
        if let Some(at) = labels.iter().position(|label| *label == said) {
            return Ok(at);
        }
        let yes = said.eq_ignore_ascii_case("yes");
        if (yes || said.eq_ignore_ascii_case("no"))
            && let Some(at) = self.meant(question, yes)
        {
            return Ok(at);
        }
        beginning(&labels, said)
    }
}

/// The only one that begins with `said`, or is that but for its case.
fn beginning(labels: &[&str], said: &str) -> Result<usize, NoChoice> {
    let small = said.to_lowercase();
    let of = |label: &str| label.to_lowercase();
    if let Some(at) = labels.iter().position(|label| of(label) == small) {
        return Ok(at);
    }
    let fits = |at: &usize| !small.is_empty() && of(labels[*at]).starts_with(&small);
    let found: Vec<usize> = (0..labels.len()).filter(fits).collect();
    match found[..] {
        [at] => Ok(at),
        [] => Err(NoChoice::Unknown),
        _ => Err(NoChoice::Ambiguous(found.iter().map(|at| labels[*at].to_owned()).collect())),
    }
}

impl Question {
    /// What tells it from other questions, whatever is marked or ticked in it.
    #[must_use]
    pub fn key(&self) -> String {
        let moving = |letter: char| is_braille(letter) || MARKS.contains(letter);
        let plain = |text: &String| {
            let text: String = text.chars().filter(|letter| !moving(*letter)).collect();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let lines = self.lines.iter().chain([&self.text]).map(plain);
        let labels = self.choices.iter().map(|label| plain(&menu::without_tick(label).to_owned()));
        lines.chain(labels).collect::<Vec<_>>().join("\n")
    }

    /// The choices without the boxes in front of them.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let label = |choice: &String| match self.ticked {
            Some(_) => menu::without_tick(choice).to_owned(),
            None => choice.clone(),
        };
        self.choices.iter().map(label).collect()
    }

    /// Names it among all that its agent asked: `count` of them were answered before.
    #[must_use]
    pub fn id(&self, count: u64) -> String {
        let hash = Sha256::new_with_prefix(format!("{count}\n{}", self.key())).finalize();
        let begin: [u8; 8] = hash[..8].try_into().unwrap_or_default();
        format!("{:016x}", u64::from_be_bytes(begin))
    }
}

/// What stands for what is ticked or answered.
const MARKS: &str = "☐☒☑✔✓○●◉□■";

impl Ticks {
    /// Which of the choices are ticked, if there are boxes.
    fn of(self, choices: &[String]) -> Option<Vec<bool>> {
        let has = |choice: &String, boxes: &[&str]| boxes.iter().any(|it| choice.starts_with(it));
        let any = choices.iter().any(|choice| has(choice, self.on) || has(choice, self.off));
        any.then(|| choices.iter().map(|choice| has(choice, self.on)).collect())
    }

    /// The choice without its box.
    fn label(self, choice: &str) -> &str {
        let boxes = self.on.iter().chain(self.off);
        boxes.fold(choice, |choice, it| choice.strip_prefix(it).unwrap_or(choice)).trim_start()
    }
}

/// What to press next in this way.
fn by(way: ChoiceInput, question: &Question, choice: usize) -> Option<Step> {
    let give = |keys: &[&str]| Step::Give(keys.iter().map(|key| (*key).to_owned()).collect());
    match way {
        ChoiceInput::Number => {
            let number = question.first + choice;
            (number < 10).then(|| give(&[&number.to_string()]))
        }
        ChoiceInput::Mark(next, before) => Some(match question.selected?.cmp(&choice) {
            std::cmp::Ordering::Less => Step::Move(next),
            std::cmp::Ordering::Equal => give(&["Enter"]),
            std::cmp::Ordering::Greater => Step::Move(before),
        }),
        ChoiceInput::Letter => {
            let letter = question.choices.get(choice)?.chars().next()?.to_ascii_lowercase();
            letter.is_ascii_alphabetic().then(|| give(&[&letter.to_string(), "Enter"]))
        }
        ChoiceInput::Unknown => None,
    }
}

/// Whether the arguments contain one of these words or pairs of words; `--a=b` counts as `--a b`.
fn implied(implied_by: &[&str], args: &[String]) -> bool {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.splitn(2, '=')).collect();
    implied_by.iter().any(|words_given| {
        let given: Vec<&str> = words_given.split(' ').collect();
        words.windows(given.len()).any(|window| window == given)
    })
}
