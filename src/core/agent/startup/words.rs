//! The first prompts of an agent. In a town they are exactly gastown's: agents know them, and `gt` finds
//! earlier conversations by them.

use jiff::civil::DateTime;

use crate::core::agent::{Agent, PromptMode};
use crate::core::names::{IssueId, PolecatName};
use crate::core::rig::Rig;
use crate::core::rig::town::Gastown;

/// The commands that an agent without hooks is told to run instead: gastown 0.5.
const HOOKLESS_0_5: &str = "gt prime && gt mail check --inject && gt nudge deacon session-started";
/// The same for 0.6, which does not wake its deacon for it.
const HOOKLESS_0_6: &str = "gt prime && gt mail check --inject";

/// A polecat of a town, and what it is to do.
#[derive(Clone, Debug)]
pub struct Assignment<'a> {
    /// Its rig.
    pub rig: &'a Rig,
    /// Its name.
    pub polecat: &'a PolecatName,
    /// The issue to work on, if known.
    pub issue: Option<&'a IssueId>,
    /// The local time.
    pub now: DateTime,
    /// The id of its agent's session, as recorded by gastown.
    pub session: Option<&'a str>,
}

impl Assignment<'_> {
    /// The prompts for `agent`, in order; `to_prime` says whether they must include `gt prime`,
    /// because no hook runs it.
    #[must_use]
    pub fn words(&self, gastown: Gastown, agent: &Agent, to_prime: bool) -> Vec<String> {
        match gastown {
            Gastown::V0_5 => self.words_0_5(to_prime),
            Gastown::V0_6 => self.words_0_6(agent, to_prime),
        }
    }

    fn words_0_5(&self, to_prime: bool) -> Vec<String> {
        let beacon = self.beacon(&self.rig.agent_id(self.polecat));
        let work = "Work is on your hook. Run `gt hook` now and begin immediately.";
        let session = self.session.map(|id| format!(" [session:{id}]")).unwrap_or_default();
        let nudge = format!("Run `gt hook` to check your hook and begin work.{session}");
        let first = to_prime.then(|| HOOKLESS_0_5.to_owned());
        first.into_iter().chain([format!("{beacon}\n\n{work}"), nudge]).collect()
    }

    /// gastown tells an agent without hooks to run `gt prime` twice, in the beacon and by a command; we
    /// use only the command.
    fn words_0_6(&self, agent: &Agent, to_prime: bool) -> Vec<String> {
        let name = &self.rig.name;
        let beacon = self.beacon(&format!("polecat {} (rig: {name})", self.polecat));
        let work = "Run `gt prime --hook` and begin work on your hook.";
        let nudge = "Check your hook with `gt hook`. If work is present, begin immediately.";
        if to_prime {
            return vec![HOOKLESS_0_6.to_owned(), format!("{beacon}\n\n{nudge}")];
        }
        match agent.prompt_mode {
            PromptMode::Typed => vec![format!("{beacon}\n\n{work}\n\n{nudge}")],
            PromptMode::Argument | PromptMode::Flag(_) => vec![format!("{beacon}\n\n{work}")],
        }
    }

    /// The beacon: recipient, sender, time and subject.
    fn beacon(&self, recipient: &str) -> String {
        let at = self.now.strftime("%Y-%m-%dT%H:%M");
        let issue = self.issue.map(|issue| format!(":{issue}")).unwrap_or_default();
        format!("[GAS TOWN] {recipient} <- witness • {at} • assigned{issue}")
    }
}

/// The first prompt of an agent outside of a town that has an issue; `show` is the command that
/// prints it.
#[must_use]
pub fn issue_words(issue: &IssueId, title: &str, show: &str) -> String {
    let title = if title.is_empty() { String::new() } else { format!(": {title}") };
    format!("Work on issue {issue}{title}. `{show}` prints all of it. Please begin now.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::agent::preset;
    use crate::core::rig::tests::{later, shop};

    const AT: &str = "<- witness • 2026-01-16T09:05 • assigned";

    /// What ash is told by the gastown of its town, as an agent of this name.
    fn told(rig: &Rig, agent: &str, to_prime: bool, session: Option<&str>) -> Vec<String> {
        let (polecat, issue) =
            (PolecatName::parse("ash").unwrap(), IssueId::parse("gt-1").unwrap());
        let now = jiff::civil::date(2026, 1, 16).at(9, 5, 59, 0);
        let (polecat, issue) = (&polecat, session.is_none().then_some(&issue));
        let assignment = Assignment { rig, polecat, issue, now, session };
        assignment.words(rig.gastown().unwrap(), &preset(agent).unwrap(), to_prime)
    }

    #[test]
    fn they_are_those_of_0_5() {
        let beacon = |topic: &str| {
            format!(
                "[GAS TOWN] shop/polecats/ash {AT}{topic}\n\n\
                 Work is on your hook. Run `gt hook` now and begin immediately."
            )
        };
        let nudge = "Run `gt hook` to check your hook and begin work.";
        assert_eq!(told(&shop(), "claude", false, None), [beacon(":gt-1"), nudge.to_owned()]);
        let nudge = format!("{nudge} [session:s-1]");
        let fallback = "gt prime && gt mail check --inject && gt nudge deacon session-started";
        let expected = [fallback.to_owned(), beacon(""), nudge];
        assert_eq!(told(&shop(), "amp", true, Some("s-1")), expected);
    }

    #[test]
    fn they_are_those_of_0_6() {
        let beacon = format!("[GAS TOWN] polecat ash (rig: shop) {AT}:gt-1");
        let work = "Run `gt prime --hook` and begin work on your hook.";
        let nudge = "Check your hook with `gt hook`. If work is present, begin immediately.";
        for (agent, to_prime, expected) in [
            ("claude", false, vec![format!("{beacon}\n\n{work}")]),
            ("amp", false, vec![format!("{beacon}\n\n{work}\n\n{nudge}")]),
            (
                "codex",
                true,
                vec![
                    "gt prime && gt mail check --inject".to_owned(),
                    format!("{beacon}\n\n{nudge}"),
                ],
            ),
        ] {
            assert_eq!(told(&later(), agent, to_prime, None), expected, "{agent}");
        }
        let words = told(&later(), "claude", false, Some("s-1")).join("\n");
        assert!(!words.contains("s-1"), "{words}");
    }
}
