//! The keys of the status window that do something: each is a command about the polecat that the
//! key was pressed on. What only moves, closes or looks again is Neovim's own.

use super::{
    invocation::Invocation,
    questions,
    run::{self, Done},
};
use crate::core::names::shown;
use crate::rpc::{
    calls::{At, CallContext, CommandRun, ViewAct},
    effects::{Effect, Level},
    error::RpcError,
    rows::Rows,
};

/// A key, and the command that it is.
#[derive(Debug)]
pub(in crate::rpc) struct Key {
    /// As Neovim maps it.
    pub(in crate::rpc) lhs: &'static str,
    /// What it is called in `view.act`.
    pub(in crate::rpc) act: &'static str,
    /// What it does, for the list of keys.
    #[cfg_attr(not(test), expect(dead_code, reason = "for what is generated"))]
    pub(in crate::rpc) about: &'static str,
    /// What its row says while that takes time.
    #[cfg_attr(not(test), expect(dead_code, reason = "for what is generated"))]
    pub(in crate::rpc) doing: &'static str,
    command: &'static str,
    bang: bool,
    manner: Manner,
}

/// How a key differs from its command as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// In nothing.
    Plain,
    /// It asks first.
    Asks,
    /// Success is seen in the window, and not told.
    Silent,
}

const fn key(
    lhs: &'static str,
    act: &'static str,
    command: &'static str,
    about: &'static str,
    doing: &'static str,
) -> Key {
    Key { lhs, act, about, doing, command, bang: false, manner: Manner::Plain }
}

/// What a polecat's row and its details have in common, in the order of the list of keys.
pub(in crate::rpc) static KEYS: &[Key] = &[
    key("<CR>", "capture", "Capture", "Follow what it prints", "opening"),
    key("a", "attach", "Attach", "Attach: use its session in a terminal", "attaching"),
    key("i", "compose", "Inject", "Inject: write a message to it", "opening"),
    key("d", "diff", "Diff", "Show what it changed", "opening"),
    key("s", "start", "Start", "Start it", "starting"),
    Key { manner: Manner::Silent, ..key("x", "stop", "Stop", "Stop it", "stopping") },
    Key {
        bang: true,
        manner: Manner::Silent,
        ..key("X", "kill", "Stop", "Stop it by force", "stopping")
    },
    Key {
        manner: Manner::Asks,
        ..key("D", "remove", "Remove", "Remove it, with its folder", "looking")
    },
];

/// The key that only a row has.
pub(in crate::rpc) static DETAIL: Key =
    key("K", "detail", "Status", "Show it in detail", "opening");

/// Does what a key is for, about what it was pressed on, in the view that is `open`.
pub(in crate::rpc) async fn act(
    context: &CallContext<'_>,
    open: Option<(At, Rows)>,
    asked: &ViewAct,
) -> Done {
    let key = Key::named(&asked.act)?;
    let Some(polecat) = &asked.id else {
        let text = "there is no polecat on this line".to_owned();
        return Ok(vec![Effect::Notify(Level::Warn, text)]);
    };
    let stale = || RpcError::stale(polecat);
    let (at, rows) = open.ok_or_else(stale)?;
    // Another rig may have been pinned since it was drawn.
    let rig = context.workspace.rig(&at.clone().into()).await?;
    if !rows.have(&rig.home, polecat) {
        return Err(stale().into());
    }
    key.press(context, &Invocation::read(key.command(at, polecat))?, polecat).await
}

impl Key {
    fn named(act: &str) -> Result<&'static Self, RpcError> {
        let unknown = || format!("no key of the status window does `{}`", shown(act));
        let key = KEYS.iter().chain([&DETAIL]).find(|key| key.act == act);
        key.ok_or_else(|| RpcError::bad_argument(unknown()))
    }

    async fn press(&self, context: &CallContext<'_>, asked: &Invocation, polecat: &str) -> Done {
        if self.manner == Manner::Asks {
            return Ok(vec![questions::remove(asked, polecat, self.lhs)]);
        }
        let mut effects = run::carry_out(context, asked).await?;
        if self.manner == Manner::Silent {
            effects.retain(|effect| !matches!(effect, Effect::Notify(Level::Info, _)));
        }
        Ok(effects)
    }

    fn command(&self, at: At, polecat: &str) -> CommandRun {
        CommandRun {
            cwd: at.cwd.clone(),
            at,
            name: self.command.to_owned(),
            args: polecat.as_bytes().to_vec().into(),
            bang: self.bang.then_some(true),
            count: None,
            lines: None,
            about: None,
            editor: None,
            answers: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::decode::decode;

    fn read(key: &Key, polecat: &str) -> Invocation {
        let at = At { file: None, cwd: "/shop".into() };
        Invocation::read(key.command(at, polecat)).unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[test]
    fn each_key_is_a_command_about_the_polecat_it_was_pressed_on() {
        let lines: Vec<_> =
            KEYS.iter().chain([&DETAIL]).map(|key| (key.lhs, read(key, "ash").line())).collect();
        let expected = [
            ("<CR>", ":PolecatCapture ash"),
            ("a", ":PolecatAttach ash"),
            ("i", ":PolecatInject ash"),
            ("d", ":PolecatDiff ash"),
            ("s", ":PolecatStart ash"),
            ("x", ":PolecatStop ash"),
            ("X", ":PolecatStop! ash"),
            ("D", ":PolecatRemove ash"),
            ("K", ":PolecatStatus ash"),
        ];
        assert_eq!(lines, expected.map(|(lhs, line)| (lhs, line.to_owned())));
    }

    #[test]
    fn a_key_is_named_once_and_one_that_is_not_known_is_refused() {
        for key in KEYS.iter().chain([&DETAIL]) {
            assert_eq!(Key::named(key.act).map(|found| found.lhs).ok(), Some(key.lhs));
        }
        let refused = Key::named("fly").map(|_| ()).unwrap_err();
        assert_eq!(refused.message, "no key of the status window does `fly`");
    }

    #[test]
    fn a_removal_is_asked_about_and_then_the_command_that_knows_what_the_editor_has_open() {
        let key = Key::named("remove").unwrap();
        let asked = questions::remove(&read(key, "ash"), "ash", key.lhs);
        let Effect::Confirm { prompt, yes, again, then } = asked else { panic!("{asked:?}") };
        assert_eq!((&*prompt, yes, &*again), ("Remove polecat `ash`?", "Remove", "D"));
        let then_asked: CommandRun = decode(then.method, then.args).unwrap();
        assert_eq!(Invocation::read(then_asked).unwrap().line(), ":PolecatRemove ash");
        assert!(then.editor);
    }
}
