//! What a key of a view does that was pressed: `view.act`.

use super::{
    Done,
    answer::waiting,
    diff,
    invocation::Invocation,
    keys::{self, ListKey, Manner, Meaning},
    locations,
    pressed::Press,
    questions, queue, report, run, sling,
    words::word,
    worktree,
};
use crate::core::session::StateSource;
use crate::rpc::{
    calls::{At, CallContext, CommandRun, Operation, Status, ViewAct},
    effects::{Effect, Level},
    error::{Refusal, RpcError},
    views::rows::Rows,
};

/// Does what a key is for, about what it was pressed on, in the view that is `open`.
pub(in crate::rpc) async fn press(
    context: &CallContext<'_>,
    open: Option<(At, Rows)>,
    asked: &ViewAct,
) -> Done {
    let (key, act) = keys::named(&asked.act)?;
    let (at, rows) = match open {
        Some((at, rows)) => (at, Some(rows)),
        None if asked.view.is_none() => (asked.at.clone(), None),
        None => return Err(RpcError::stale(asked.whom().unwrap_or(&asked.act)).into()),
    };
    let press = Press { context, asked, at, rows, lhs: key.lhs };
    match act.meaning {
        Meaning::Command { name, bang, manner } => {
            // It is large: not all of it on one stack.
            Box::pin(command(&press, name, bang, manner)).await
        }
        Meaning::Diff(key) => diff::press(&press, key).await,
        Meaning::Queue(key) => Box::pin(queue::press(&press, key)).await,
        Meaning::Worktree(key) => Box::pin(worktree::press(&press, key)).await,
        Meaning::OpenFile { at_line } => locations::open(&press, at_line).await,
        Meaning::ListLocations => locations::list(&press).await,
        Meaning::Waiting(step) => waiting::show(&press, step).await,
        Meaning::Task => Box::pin(sling::press(&press)).await,
        // A view that lists nobody.
        Meaning::List(_) => Ok(Vec::new()),
    }
}

/// What the key of `asked` does about how polecats are listed, if that is what it is for. On a
/// heading the key that follows folds.
pub(in crate::rpc) fn lists(asked: &ViewAct) -> Option<ListKey> {
    match keys::named(&asked.act).ok()?.1.meaning {
        Meaning::List(key) => Some(key),
        Meaning::Command { name: "Capture", .. } if asked.rig().is_some() => {
            Some(ListKey::Fold(None))
        }
        _ => None,
    }
}

async fn command(press: &Press<'_>, name: &str, bang: bool, manner: Manner) -> Done {
    let Some((at, polecat)) = press.about()? else {
        return Ok(vec![Effect::Notify(Level::Warn, press.nobody().to_owned())]);
    };
    let command = Invocation::read(typed(&at, name, bang, &polecat))?;
    let command = command.settled(press.context).await?;
    if manner == Manner::Asks {
        return Ok(vec![questions::remove(&command, &command.polecat()?, press.lhs)]);
    }
    if manner == Manner::AsksIfBusy
        && let Some(doing) = busy(press.context, &command).await?
    {
        return Ok(vec![questions::stop(&command, &command.polecat()?, doing, press.lhs)]);
    }
    let mut effects = run::carry_out(press.context, &command).await?;
    if matches!(manner, Manner::Silent | Manner::AsksIfBusy) {
        effects.retain(|effect| !matches!(effect, Effect::Notify(Level::Info, _)));
    }
    Ok(effects)
}

/// What the agent that `stop` is about is in the middle of; `None` if it rests, or does not run. With
/// force a guess is no reason to ask.
async fn busy(
    context: &CallContext<'_>,
    stop: &Invocation,
) -> Result<Option<&'static str>, Refusal> {
    let status = Status { at: stop.at(), polecat: stop.polecat()? };
    // A session that is not there is the stop's to tell.
    let Ok(info) = status.run(context).await else { return Ok(None) };
    let is_guessed = stop.bang() && info.state_source == StateSource::Guessed;
    Ok(report::busy(info.state).filter(|_| !is_guessed))
}

/// The command `name` as if it had been typed about `polecat`; what stands behind its name follows that.
fn typed(at: &At, name: &str, bang: bool, polecat: &str) -> CommandRun {
    let (name, more) = name.split_once(' ').unwrap_or((name, ""));
    let args = format!("{} {more}", word(polecat));
    CommandRun { bang: bang.then_some(true), ..CommandRun::typed(at, name, args.trim_end()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::decode::decode;

    fn read(meaning: Meaning) -> Option<Invocation> {
        let at = At { file: None, cwd: "/shop".into(), rig: None };
        match meaning {
            Meaning::Diff(_)
            | Meaning::Queue(_)
            | Meaning::Worktree(_)
            | Meaning::List(_)
            | Meaning::Task
            | Meaning::OpenFile { .. }
            | Meaning::ListLocations
            | Meaning::Waiting(_) => None,
            Meaning::Command { name, bang, .. } => {
                let read = Invocation::read(typed(&at, name, bang, "ash"));
                Some(read.unwrap_or_else(|error| panic!("{error:?}")))
            }
        }
    }

    #[test]
    fn a_key_that_is_a_command_is_about_the_polecat_it_was_pressed_on() {
        let line = |act| read(act).map(|command| command.line());
        let mut lines: Vec<_> =
            keys::acts().filter_map(|(key, act)| Some((key.lhs, line(act.meaning)?))).collect();
        lines.sort();
        lines.dedup();
        let expected = [
            ("<CR>", ":PolecatCapture ash"),
            ("A", ":PolecatAnswer ash"),
            ("D", ":PolecatRemove ash"),
            ("K", ":PolecatStatus ash"),
            ("M", ":PolecatMerge ash"),
            ("P", ":PolecatPush ash"),
            ("Q", ":PolecatQueue ash"),
            ("R", ":PolecatStart ash resume"),
            ("X", ":PolecatStop! ash"),
            ("a", ":PolecatAttach ash"),
            ("d", ":PolecatDiff ash"),
            ("gI", ":PolecatInterrupt ash"),
            ("i", ":PolecatInject ash"),
            ("s", ":PolecatStart ash"),
            ("x", ":PolecatStop ash"),
        ];
        assert_eq!(lines, expected.map(|(lhs, line)| (lhs, line.to_owned())));
    }

    /// The name of a rig is that of its folder, and on a host whatever the host says.
    #[test]
    fn a_name_is_one_word_whatever_is_in_it() {
        let at = At { file: None, cwd: "/shop".into(), rig: None };
        for polecat in ["build1:my shop/ash", "build1:x resume/ash", "build1:a\\ b/ash"] {
            let read = Invocation::read(typed(&at, "Start resume", false, polecat)).unwrap();
            assert_eq!(read.words.text("polecat").unwrap().as_deref(), Some(polecat));
        }
    }

    #[test]
    fn a_removal_is_asked_about_and_then_the_command_that_knows_what_the_editor_has_open() {
        let (key, act) = keys::named("remove").unwrap();
        let asked = questions::remove(&read(act.meaning).unwrap(), "ash", key.lhs);
        let Effect::Confirm { prompt, yes, again, then } = asked else { panic!("{asked:?}") };
        assert_eq!((&*prompt, yes, &*again), ("Remove polecat `ash`?", "Remove", "D"));
        let then_asked: CommandRun = decode(then.method, then.args).unwrap();
        assert_eq!(Invocation::read(then_asked).unwrap().line(), ":PolecatRemove ash");
        assert!(then.editor);
    }
}
