//! `:PolecatSling`: an issue, or a task that is written first; and `:PolecatIssues`, to choose one.

use super::{Done, inject, invocation::Invocation, pressed::Press, report, words::word};
use crate::core::{contexts::literal, rig::address::beside};
use crate::rpc::{
    calls::{Agents, At, CallContext, CommandRun, Issues, Operation, RigName, Sling},
    effects::{
        self, Choice, Effect, Level,
        compose::{self, Compose},
        info,
    },
    error::{Refusal, RpcError},
};
use crate::session::Started;

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let (words, answers) = (&asked.words, asked.answers());
    let (issue, prompt) = (words.text("issue")?, prompt(context, asked).await?);
    if issue.is_none() && (prompt.is_none() || is_only_quoted(asked)) {
        let compose = Box::new(compose(context, asked).await?);
        return Ok(vec![Effect::Compose(compose)]);
    }
    let sling = Sling {
        at: asked.at(),
        issue: issue.clone(),
        prompt,
        polecat: words.text("polecat")?.or_else(|| rig_there(context, asked)),
        base: words.text("base")?,
        branch: words.text("branch")?,
        changes: words.changes()?,
        agent: words.text("agent")?.map(Agents::written).transpose()?,
        account: words.text("account")?,
        cwd: Some(asked.cwd()),
        config_dir: asked.path("config_dir"),
        cmd: words.text("cmd")?,
        trust: answers.trust,
        trust_id: answers.trust_id,
        in_use: answers.in_use,
        large: answers.large,
    };
    let said = sling.polecat.clone();
    let started = sling.run(context).await?.started;
    let named = |one: &Started| report::called(said.as_deref(), &one.info.polecat);
    let text = match &*started {
        [one] => report::slung(&named(one), &one.info, issue.as_deref()),
        all => {
            let all: Vec<_> = all.iter().map(|one| (named(one), &one.info)).collect();
            report::slung_to_several(&all, issue.as_deref())
        }
    };
    let warnings: Vec<_> = started.into_iter().flat_map(|one| one.warnings).collect();
    Ok(std::iter::once(info(text)).chain(effects::warnings(&warnings)).collect())
}

/// The key that opens a buffer for a task: for the rig of the row, or without one the rig around.
pub(super) async fn press(press: &Press<'_>) -> Done {
    let warn = |text: String| Ok(vec![Effect::Notify(Level::Warn, text)]);
    let first = match (press.asked.rig(), &press.rows) {
        (Some(home), Some(rows)) => match rows.first_of(home) {
            Some(first) => Some(press.still_shown(&first)?),
            // The one rig of the list is the one around.
            None if rows.rigs().len() < 2 => None,
            None => return warn("no polecat there yet: `:PolecatStart!` creates one".to_owned()),
        },
        _ => press.about()?,
    };
    let (at, polecat) = first.unwrap_or_else(|| (press.at.clone(), String::new()));
    let about = press.context.is_far(&polecat).then(|| beside(&polecat, ""));
    let asked = Invocation::read(CommandRun { about, ..CommandRun::typed(&at, "Sling", "") })?;
    let compose = compose(press.context, &asked).await?.above_list();
    Ok(vec![Effect::Compose(Box::new(compose))])
}

/// What names the rig of a host on which the key was pressed: a polecat of it without a name.
fn rig_there(context: &CallContext<'_>, asked: &Invocation) -> Option<String> {
    let is_rig = |about: &String| about.ends_with('/') && context.is_far(about);
    asked.asked.about.clone().filter(is_rig)
}

/// What was written in a buffer for it, or stands behind the command, or in its range.
async fn prompt(context: &CallContext<'_>, asked: &Invocation) -> Result<Option<String>, Refusal> {
    if asked.asked.text.is_none() {
        return inject::first_words(context, asked).await;
    }
    let text = inject::message(context, asked).await?;
    let wrong = |_| RpcError::bad_argument("the task is not UTF-8");
    Ok(text.map(String::from_utf8).transpose().map_err(wrong)?)
}

/// Whether nobody has said what is to be done with the lines of the range.
fn is_only_quoted(asked: &Invocation) -> bool {
    asked.asked.text.is_none() && asked.words.raw("prompt").is_none()
}

/// Opens a buffer to write the task in, with the lines of the range.
async fn compose(context: &CallContext<'_>, asked: &Invocation) -> Result<Compose, Refusal> {
    let (rig, at) = if let Some(rig) = rig_there(context, asked) {
        (rig.trim_end_matches('/').to_owned(), asked.at())
    } else {
        let rig = context.rig(asked.at()).await?;
        (rig.rig_name().to_owned(), asked.at().in_rig(rig.rig_path()))
    };
    let mut quote = inject::quote(context, asked).await?.unwrap_or_default();
    if let Some(place) = quote.first_mut() {
        *place = literal(place);
    }
    let whom = match asked.words.text("agent")?.map(Agents::written).transpose()? {
        Some(Agents { names, .. }) if names.len() > 1 => format!("{} polecats", names.len()),
        _ => "a polecat".to_owned(),
    };
    Ok(compose::task(&whom, (&rig, at), quote, asked.without_lines()))
}

/// From where a command is about a rig: for that of a host, what stands for a polecat of it.
async fn rig_of(
    context: &CallContext<'_>,
    at: At,
    named: Option<&RigName>,
) -> Result<(At, Option<String>), Refusal> {
    Ok(match named {
        Some(rig) if context.is_far(rig.prefix()) => (at, Some(rig.prefix().to_owned())),
        Some(_) => {
            let rig = context.named_rig(at.clone(), named).await?;
            (at.in_rig(rig.rig_path()), None)
        }
        None => (at, None),
    })
}

/// Lets a person choose which of the issues that can be begun is given to a polecat.
pub(super) async fn issues(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let named = asked.words.text("rig")?.or_else(|| rig_there(context, asked)).map(RigName::from);
    let found = Issues { at: asked.at(), rig: named.clone() }.run(context).await?;
    if found.is_empty() {
        return Ok(vec![Effect::Notify(Level::Info, "no issue is ready".to_owned())]);
    }
    let rig = rig_of(context, asked.at(), named.as_ref()).await?;
    let choice = |issue: &crate::session::Issue| Choice {
        label: format!("{}  {}", issue.id, crate::core::names::visible(&issue.title)),
        then: Some(asked.other_in("Sling", &word(&issue.id), rig.clone())),
    };
    Ok(vec![Effect::Select {
        prompt: "Give which issue to a polecat?".to_owned(),
        kind: Some("polecat_issue"),
        again: Some(asked.line()),
        choices: found.iter().map(choice).collect(),
    }])
}
