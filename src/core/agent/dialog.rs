//! Questions that agents ask before they begin, and who answers them.

/// Who answers the dialogs of agents that start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialogs {
    /// We do, wherever it is known how.
    Accept,
    /// The person does.
    Ask,
    /// We do where the agent's own flags give the answer, else the person.
    #[default]
    Implied,
}

/// A dialog that the configuration tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// A part of a line that is on the screen as long as it asks.
    pub text: String,
    /// The keys that accept it, as tmux names them: `Down`, `Enter`. None: a person must answer.
    pub press: Vec<String>,
    /// Flags of which each gives the answer already.
    pub implied_by: Vec<String>,
}

/// A flag that says beforehand what a dialog would ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implied {
    /// The argument.
    pub flag: String,
    /// The dialog, by its name among the patterns.
    pub dialog: String,
}

impl Implied {
    /// Whether `args` hold the flag.
    #[must_use]
    pub fn by(&self, args: &[String]) -> bool {
        args.contains(&self.flag)
    }
}

impl Dialog {
    /// Whether we may answer for an agent with `args`, as `dialogs` says.
    #[must_use]
    pub fn may_answer(&self, args: &[String], dialogs: Dialogs) -> bool {
        let implied = || self.implied_by.iter().any(|flag| args.contains(flag));
        !self.press.is_empty()
            && match dialogs {
                Dialogs::Accept => true,
                Dialogs::Ask => false,
                Dialogs::Implied => implied(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Agent, preset};
    use super::*;

    #[test]
    fn by_itself_only_what_the_flags_say_already_is_answered() {
        let claude = preset("claude").unwrap();
        let careful = Agent { args: Vec::new(), ..claude.clone() };
        for (agent, dialog, dialogs, answered) in [
            (&claude, "bypass", Dialogs::Implied, true),
            (&claude, "trust", Dialogs::Implied, false),
            (&careful, "bypass", Dialogs::Implied, false),
            (&careful, "bypass", Dialogs::Accept, true),
            (&claude, "trust", Dialogs::Accept, true),
            (&claude, "bypass", Dialogs::Ask, false),
        ] {
            assert_eq!(agent.may_answer(dialog, dialogs), answered, "{dialog} {dialogs:?}");
        }
    }

    #[test]
    fn a_configured_dialog_with_no_keys_is_for_a_person() {
        let mut dialog =
            Dialog { text: "Go?".into(), press: Vec::new(), implied_by: vec!["-y".into()] };
        assert!(!dialog.may_answer(&["-y".to_owned()], Dialogs::Accept));
        dialog.press.push("Enter".into());
        assert!(dialog.may_answer(&["-y".to_owned()], Dialogs::Implied));
        assert!(!dialog.may_answer(&[], Dialogs::Implied));
        assert!(dialog.may_answer(&[], Dialogs::Accept));
    }
}
