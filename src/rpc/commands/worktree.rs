//! `:PolecatShell`, and the keys that lead to a polecat's worktree.

pub(super) mod merge;
pub(super) mod push;

use super::{Done, invocation::Invocation, keys::WorktreeKey, pressed::Press};
use crate::core::names::shown;
use crate::rpc::{
    calls::{CallContext, Operation, Status, Stop, Worktree},
    effects::{Effect, Level, Shell, info},
    error::Refusal,
};
use crate::session::AttachPlan;

/// A shell in the worktree.
pub(super) async fn shell(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (at, polecat) = (asked.at(), asked.polecat()?);
    let (plan, shell) = if let Some(far) = context.far(&polecat).await? {
        (far.shell().await?, Shell::There)
    } else {
        let worktree = Worktree { at: at.clone(), polecat: polecat.clone() };
        // Neovim knows which shell.
        let plan = AttachPlan { argv: Vec::new(), switch: None };
        (plan, Shell::Here(worktree.run(context).await?.path))
    };
    Ok(vec![Effect::Terminal {
        polecat,
        plan,
        at: Some(at),
        size: asked.size()?,
        again: asked.line(),
        shell: Some(shell),
    }])
}

/// Stops the agent of `polecat`, where it has a session.
pub(super) async fn end_session(
    context: &CallContext<'_>,
    asked: &Invocation,
    polecat: &str,
) -> Result<(), Refusal> {
    let (at, polecat) = (asked.at(), polecat.to_owned());
    let status = Status { at: at.clone(), polecat: polecat.clone() }.run(context).await?;
    if status.pane_id.is_some() {
        Box::pin(Stop { at, polecat, force: None }.run(context)).await?;
    }
    Ok(())
}

/// Does what `key` is for.
pub(super) async fn press(press: &Press<'_>, key: WorktreeKey) -> Done {
    let Some((at, polecat)) = press.about()? else {
        return Ok(vec![Effect::Notify(Level::Warn, press.nobody().to_owned())]);
    };
    let found = Worktree { at, polecat: polecat.clone() }.run(press.context).await?;
    let path = found.path.display().to_string();
    Ok(match (key, found.branch) {
        (WorktreeKey::Open, _) if press.context.is_far(&polecat) => {
            let name = shown(&polecat);
            let text = format!(
                "`{name}` is on another machine, in `{path}`: `:PolecatShell {name}` goes there"
            );
            vec![Effect::Notify(Level::Warn, text)]
        }
        (WorktreeKey::Open, _) => vec![Effect::Tab { dir: found.path }],
        (WorktreeKey::YankPath, _) => yanked(path),
        (WorktreeKey::YankBranch, Some(branch)) => yanked(branch),
        (WorktreeKey::YankBranch, None) => {
            let text = format!("no branch is checked out in `{path}`");
            vec![Effect::Notify(Level::Warn, text)]
        }
    })
}

fn yanked(text: String) -> Vec<Effect> {
    let told = info(format!("yanked `{text}`"));
    vec![Effect::Register(text), told]
}
