//! `:PolecatQueue`, and the keys of the view that it opens.

use super::{Done, inject, invocation::Invocation, keys::QueueKey, pressed::Press, report};
use crate::rpc::{
    calls::{CallContext, DropQueued, Inject, Operation, ReleaseQueue},
    effects::{Effect, Level, View, info},
};

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (polecat, text) = (asked.polecat()?, inject::message(context, asked).await?);
    if text.is_none() && !asked.bang() {
        return asked.open(View::Queue { polecat });
    }
    let mut told = Vec::new();
    if let Some(text) = text {
        let (at, of, queue) = (asked.at(), polecat.clone(), Some(true));
        let inject = Inject { at, polecat: of, text: text.into(), take: None, queue };
        let queued = inject.run(context).await?;
        told.push(info(report::queued(&polecat, &queued.queued.unwrap_or_default())));
    }
    if asked.bang() {
        let queue = ReleaseQueue { at: asked.at(), polecat: polecat.clone() }.run(context).await?;
        told = vec![info(report::released(&polecat, queue.messages.len()))];
    }
    Ok(told)
}

/// Does what `key` is for.
pub(super) async fn press(press: &Press<'_>, key: QueueKey) -> Done {
    let Some(row) = press.asked.whom() else { return Ok(nothing("there is no queue here")) };
    let (at, polecat) = press.still_shown(row)?;
    let (shown, id) = row.split_once('#').unwrap_or((row, ""));
    let id = id.parse().ok();
    let (name, rig) = (View::queue_buffer(shown), at.rig.clone());
    let told = match (key, id) {
        (QueueKey::Release, _) => {
            let queue = ReleaseQueue { at, polecat }.run(press.context).await?;
            vec![info(report::released(shown, queue.messages.len()))]
        }
        (QueueKey::Drop, None) => return Ok(nothing("there is no message on this line")),
        (QueueKey::Drop, id) => dropped(press, DropQueued { at, polecat, id }).await?,
        (QueueKey::DropAll, _) => dropped(press, DropQueued { at, polecat, id: None }).await?,
    };
    Ok(told.into_iter().chain([Effect::Refresh { name, rig, since: None }]).collect())
}

/// What was dropped can be put anywhere.
async fn dropped(press: &Press<'_>, what: DropQueued) -> Done {
    let dropped = what.run(press.context).await?;
    let texts: Vec<_> =
        dropped.iter().map(|message| String::from_utf8_lossy(&message.text)).collect();
    let text = texts.join("\n\n");
    Ok(match texts.len() {
        0 => nothing("nothing is queued"),
        1 => vec![Effect::Register(text), info("the message is dropped; `p` puts its text")],
        count => {
            let told = format!("{count} messages are dropped; `p` puts their text");
            vec![Effect::Register(text), info(told)]
        }
    })
}

fn nothing(why: &str) -> Vec<Effect> {
    vec![Effect::Notify(Level::Warn, why.to_owned())]
}
