//! A message to several at once: `ash,bank/birch,build1:shop/cedar`, or with `*` all of a rig that are
//! at their prompt.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use tokio::task::JoinSet;

use super::super::{Done, invocation::Invocation};
use crate::core::session::State;
use crate::fleet::Fleet;
use crate::rpc::{
    calls::{CallContext, Far, List, ListedPolecat, Operation, RigName},
    effects::{Effect, Level, info},
    error::{Refusal, RpcError},
    views::rows::Row,
};
use crate::session::{Reach, RigContext, Whom};

/// Means all of a rig that are at their prompt; the rig stands in front, unless it is the one around.
const ALL: char = '*';

/// Whether `names` can mean more than one.
pub(super) fn are_several(names: &str) -> bool {
    names.contains([',', ALL])
}

/// Whether `names` means all of a rig.
pub(super) fn are_all(names: &str) -> bool {
    names.contains(ALL)
}

/// Polecats of a rig, and what names each.
type OfRig = (RigContext, BTreeMap<String, String>);

/// Whom a message goes to.
#[derive(Default)]
struct Recipients {
    /// By the homes of their rigs.
    here: BTreeMap<PathBuf, OfRig>,
    /// Those of hosts, and what names each.
    far: BTreeMap<Row, String>,
    /// Those of hosts that cannot be reached, and why.
    unreached: Vec<(String, RpcError)>,
}

/// Sends `text` to each that is named, and tells of each what came of it.
pub(super) async fn send(
    context: &CallContext<'_>,
    asked: &Invocation,
    names: &str,
    text: &[u8],
) -> Done {
    let Recipients { here, far, unreached } = recipients(context, asked, names).await?;
    if here.is_empty() && far.is_empty() && unreached.is_empty() {
        return Ok(vec![Effect::Notify(Level::Warn, "no polecat is at its prompt".to_owned())]);
    }
    let (here, far) = tokio::join!(to_here(here, text), to_far(context.fleet, far, text));
    let (mut sent, mut failed) = (Vec::new(), Vec::new());
    let unreached = unreached.into_iter().map(|(polecat, error)| (polecat, Err(error)));
    for (polecat, done) in here.into_iter().chain(far).chain(unreached) {
        match done {
            Ok(()) => sent.push(format!("`{polecat}`")),
            Err(error) => failed.push(format!("not sent to `{polecat}`: {}", error.message)),
        }
    }
    let told = (!sent.is_empty()).then(|| info(format!("sent to {}", sent.join(", "))));
    let failed = failed.into_iter().map(|text| Effect::Notify(Level::Warn, text));
    Ok(told.into_iter().chain(failed).collect())
}

/// What came of it, by what names them.
type Sent = Vec<(String, Result<(), RpcError>)>;

async fn to_here(rigs: BTreeMap<PathBuf, OfRig>, text: &[u8]) -> Sent {
    let mut sent = Sent::new();
    for (rig, to) in rigs.into_values() {
        let names = to.keys().cloned().collect();
        for (polecat, done) in rig.messenger().inject_all(names, text).await {
            let polecat = to.get(&polecat).unwrap_or(&polecat);
            sent.push((polecat.clone(), done.map_err(RpcError::from)));
        }
    }
    sent
}

async fn to_far(fleet: &Fleet, to: BTreeMap<Row, String>, text: &[u8]) -> Sent {
    let mut sends = JoinSet::new();
    for polecat in to.into_values() {
        let (fleet, text) = (fleet.clone(), text.to_vec());
        sends.spawn(async move {
            let sent = Box::pin(Far::send_to(&fleet, &polecat, text)).await;
            (polecat, sent.map_err(RpcError::from))
        });
    }
    let mut sent = sends.join_all().await;
    sent.sort_by(|(a, _), (b, _)| a.cmp(b));
    sent
}

/// Whom `names` means. A name that nobody has is an error, before anything is sent.
async fn recipients(
    context: &CallContext<'_>,
    asked: &Invocation,
    names: &str,
) -> Result<Recipients, Refusal> {
    let names: BTreeSet<_> = names.split(',').filter(|name| !name.is_empty()).collect();
    // They are connected to side by side.
    names
        .iter()
        .filter_map(|name| context.host(name))
        .for_each(|host| context.fleet.use_host(&host));
    let mut to = Recipients::default();
    for name in names {
        match name.strip_suffix(ALL) {
            Some(rig) => to.add_all(context, asked, rig).await?,
            None => to.add(context, asked, name).await?,
        }
    }
    Ok(to)
}

impl Recipients {
    async fn add(
        &mut self,
        context: &CallContext<'_>,
        asked: &Invocation,
        name: &str,
    ) -> Result<(), Refusal> {
        if let Some(far) = self.far(context, name).await? {
            self.far.insert(far.row(), name.to_owned());
        } else if !context.is_far(name) {
            let whom = context.whom(asked.at(), name, Reach::Anywhere).await?;
            self.add_here(whom);
        }
        Ok(())
    }

    fn add_here(&mut self, Whom { context: rig, polecat, shown }: Whom) {
        let home = rig.rig_home().to_owned();
        let (_, to) = self.here.entry(home).or_insert_with(|| (rig, BTreeMap::new()));
        to.insert(polecat, shown);
    }

    /// Adds all of the rig that stands in front that are at their prompt.
    async fn add_all(
        &mut self,
        context: &CallContext<'_>,
        asked: &Invocation,
        rig: &str,
    ) -> Result<(), Refusal> {
        let is_idle = |one: &ListedPolecat| one.info.state == State::Idle;
        if let Some(far) = self.far(context, rig).await? {
            for one in far.beside().into_iter().filter(is_idle) {
                let row = Row { polecat: one.info.polecat.to_string(), ..far.row() };
                self.far.insert(row, one.address);
            }
        } else if !context.is_far(rig) {
            let named = (!rig.is_empty()).then(|| RigName::from(rig.to_owned()));
            let rig = context.named_rig(asked.at(), named.as_ref()).await?;
            let at = asked.at().in_rig(rig.rig_path());
            let listed = List { at, all: None }.run(context).await?.0;
            for one in listed.into_iter().filter(is_idle) {
                let polecat = one.info.polecat.to_string();
                let shown = named.as_ref().map_or("", RigName::prefix).to_owned() + &polecat;
                self.add_here(Whom { context: rig.clone(), polecat, shown });
            }
        }
        Ok(())
    }

    /// Who of a host is meant; one that cannot be reached is noted as such.
    async fn far<'a>(
        &mut self,
        context: &'a CallContext<'_>,
        name: &str,
    ) -> Result<Option<Far<'a>>, RpcError> {
        match context.far(name).await {
            Err(error) if error.is_unreachable() => {
                self.unreached.push((name.to_owned(), error));
                Ok(None)
            }
            found => found,
        }
    }
}
