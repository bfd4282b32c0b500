//! `:PolecatSetup`: sets a worktree up again, or shows what that prints.

use super::{Done, invocation::Invocation, report};
use crate::rpc::{
    calls::{CallContext, Operation, Setup},
    effects::{self, View, info},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let polecat = asked.polecat()?;
    if asked.bang() {
        return asked.open(View::Setup { polecat });
    }
    let answers = asked.answers();
    let (in_use, large) = (answers.in_use, answers.large);
    let setup = Setup { at: asked.at(), polecat: polecat.clone(), in_use, large };
    let done = setup.run(context).await?;
    let told = info(report::set_up(&polecat));
    Ok(std::iter::once(told).chain(effects::warnings(&done.warnings)).collect())
}
