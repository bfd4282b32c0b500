//! `:PolecatConnect`: a host is reached, whatever is in the way: a login that asks, or our program,
//! which is missing there.

use super::{Done, invocation::Invocation};
use crate::{
    core::{build, hosts::HostName, names::shown},
    fleet::{HostStatus, Offer, Reached, megabytes},
    rpc::{
        calls::{Answers, CallContext},
        effects::{Choice, Effect, Level, Preview, info},
        error::RpcError,
    },
};

/// What is shown of a sum by which one is told from another.
const SUM_LENGTH: usize = 12;

pub(super) async fn run(context: &CallContext<'_>, asked: &Invocation) -> Done {
    let name = host(context, &asked.words.needed("host")?)?;
    let progress = context.progress(name.to_string());
    let unknown = |_| not_known(name.as_str());
    let found = context.fleet.reach(&name, &progress).await.map_err(unknown)?;
    let agreed = asked.answers().trust_id;
    let Some(offer) = found.facts.offer.as_ref().filter(|offer| agreed == Some(id(&name, offer)))
    else {
        return outcome(context, asked, &found, None).await;
    };
    let folder = offer.folder.clone();
    let not_kept = context.fleet.agree(&name).await.map_err(unknown)?;
    let found = context.fleet.reach(&name, &progress).await.map_err(unknown)?;
    let mut effects = outcome(context, asked, &found, Some(&folder)).await?;
    effects.extend(not_kept.map(|why| {
        Effect::Notify(
            Level::Warn,
            format!("`{name}`: your answer was not saved, you will be asked again: {why}"),
        )
    }));
    Ok(effects)
}

fn host(context: &CallContext<'_>, said: &str) -> Result<HostName, RpcError> {
    let name: HostName =
        said.parse().map_err(|error| RpcError::bad_argument(format!("{error}")))?;
    let known = context.fleet.settings(&name).is_some();
    if known { Ok(name) } else { Err(not_known(said)) }
}

fn not_known(said: &str) -> RpcError {
    let hint = Some("`hosts` in the configuration names them".to_owned());
    RpcError { hint, ..RpcError::bad_argument(format!("there is no host `{}`", shown(said))) }
}

/// What came of it; `folder` is where our program was to go.
async fn outcome(
    context: &CallContext<'_>,
    asked: &Invocation,
    found: &HostStatus,
    folder: Option<&str>,
) -> Done {
    let name = &found.name;
    let why = match &found.reached {
        Reached::Up | Reached::Connecting => return Ok(vec![info(connected(found, folder))]),
        Reached::Down { why, .. } => why,
    };
    if let Some(offer) = found.facts.offer.as_ref() {
        let way = context.fleet.settings(name).map(|settings| settings.way(name));
        return Ok(vec![push(asked, (name, &way.unwrap_or_default()), offer)]);
    }
    // A login that a person has just made is no reason for another.
    let logged_in = asked.answers().confirmed.unwrap_or_default();
    if found.facts.needs_login
        && !logged_in
        && let Some(argv) = context.fleet.logging_in(name).await
    {
        let then = asked.again(Answers { confirmed: Some(true), ..asked.answers() });
        let argv = argv.into_iter().map(Into::into).collect();
        return Ok(vec![Effect::Login { host: name.to_string(), argv, again: asked.line(), then }]);
    }
    Err(RpcError::unreachable(format!("`{name}` cannot be reached: {why}")).into())
}

fn connected(found: &HostStatus, folder: Option<&str>) -> String {
    let name = &found.name;
    let place = found.facts.serving.as_ref().map(|(_, program)| shown(program));
    let elsewhere = folder.zip(place.as_ref()).filter(|(folder, place)| !place.starts_with(folder));
    match (elsewhere, folder) {
        (Some((folder, place)), _) => {
            format!(
                "`{name}` is connected; polecat-nvim runs from `{place}`, because it cannot from `{folder}`"
            )
        }
        (None, Some(folder)) => format!("`{name}` is connected; polecat-nvim is in `{folder}`"),
        (None, None) => format!("`{name}` is connected"),
    }
}

/// Whether to put our program there.
fn push(asked: &Invocation, (name, way): (&HostName, &str), offer: &Offer) -> Effect {
    let size = megabytes(offer.size);
    let sum = &offer.sum[..SUM_LENGTH.min(offer.sum.len())];
    let mut lines = vec![
        format!("polecat-nvim {} is missing on `{name}` ({way}).", build::VERSION),
        "It can be put there over the same connection, packed:".to_owned(),
        String::new(),
        format!("    size    {size}"),
        format!("    for     {}", offer.target),
        format!("    folder  {}", offer.folder),
        format!("    SHA-256 {}", offer.sum),
        String::new(),
    ];
    lines
        .extend(offer.skipped.as_ref().map(|skipped| format!("`{skipped}` cannot be written to.")));
    lines.push("Its checksum is verified there, and only you can run it.".to_owned());
    lines.push("Later versions follow by themselves.".to_owned());
    let answers = Answers { trust_id: Some(id(name, offer)), ..asked.answers() };
    let choice = |label: &str, then| Choice { label: label.to_owned(), then };
    Effect::Preview(Preview {
        id: id(name, offer),
        prompt: format!("Put polecat-nvim ({size}, {sum}) into {} on `{name}`?", offer.folder),
        titles: [" to be put there ", " to be put there (its beginning) "],
        filetype: "polecat-trust",
        lines,
        again: asked.line(),
        choices: vec![choice("No", None), choice("Put it there", Some(asked.again(answers)))],
        show_all: "No, show all of it first",
    })
}

/// What exactly is agreed to.
fn id(name: &HostName, offer: &Offer) -> String {
    format!("{name} {} {}", offer.sum, offer.folder)
}
