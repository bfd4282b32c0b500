//! Changes how polecats are listed, as keys and choices say.

use tokio::sync::{mpsc::UnboundedSender, oneshot};

use super::{
    canvas::{Offered, Order},
    rows::Rows,
};
use crate::core::listing::{self, Change};
use crate::rpc::{
    calls::{ViewAct, ViewList},
    commands::ListKey,
    effects::{Choice, Effect, Request},
    encode::Map,
};

/// What a choice of a person changes.
pub(in crate::rpc::views) fn changes(list: ViewList) -> Vec<Change> {
    let ViewList { order, state, agent, rig, all, .. } = list;
    let named = |name: String| listing::Order::ALL.iter().find(|(word, _)| *word == name);
    let order = order.and_then(named).map(|(_, order)| Change::Order(*order));
    let all = all.filter(|all| *all).map(|_| Change::NoFilter);
    let filters = [state.map(Change::State), agent.map(Change::Agent), rig.map(Change::Rig)];
    order.into_iter().chain(all).chain(filters.into_iter().flatten()).collect()
}

/// What a key changes of the folds.
pub(in crate::rpc::views) fn folds(key: ListKey, asked: &ViewAct, rows: &Rows) -> Vec<Change> {
    let rig = || asked.row().and_then(|row| rows.rig_of(row));
    match key {
        ListKey::Fold(fold) => rig().map(|rig| Change::Fold(rig, fold)).into_iter().collect(),
        ListKey::FoldAll(fold) => vec![Change::FoldAll(rows.rigs(), fold)],
        ListKey::Filter | ListKey::Order => Vec::new(),
    }
}

/// Lets the person choose, as of what the view with these orders shows.
pub(in crate::rpc::views) async fn offer(
    offered: Offered,
    orders: &UnboundedSender<Order>,
) -> Vec<Effect> {
    let (reply, answer) = oneshot::channel();
    drop(orders.send(Order::Offer(offered, reply)));
    // It may have closed by now.
    let Ok(choices) = answer.await else { return Vec::new() };
    let (prompt, again) = match offered {
        Offered::Filters => ("Show which polecats?", "f"),
        Offered::Orders => ("List polecats in which order?", "o"),
    };
    vec![Effect::Select {
        prompt: prompt.to_owned(),
        kind: Some("polecat-list"),
        again: Some(again.to_owned()),
        choices: choices.into_iter().map(|(label, change)| choice(label, &change)).collect(),
    }]
}

fn choice(label: String, change: &Change) -> Choice {
    let args = match change {
        Change::Order(order) => Map::new().put("order", order.as_str()),
        Change::State(state) => Map::new().put("state", state.as_str()),
        Change::Agent(agent) => Map::new().put("agent", agent.as_str()),
        Change::Rig(rig) => Map::new().put("rig", rig.as_str()),
        Change::NoFilter => Map::new().put("all", true),
        // Folds are keys of their own.
        Change::Fold(..) | Change::FoldAll(..) => Map::new(),
    };
    let then = Request { method: "view.list", args: args.into(), editor: false };
    Choice { label, then: Some(then) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::decode::decode;

    #[test]
    fn what_is_chosen_is_what_was_offered() {
        for change in [
            Change::Order(listing::Order::Since),
            Change::State(listing::NEEDS_YOU.to_owned()),
            Change::Agent("claude".to_owned()),
            Change::Rig("/src/shop".to_owned()),
            Change::NoFilter,
        ] {
            let Some(then) = choice(String::new(), &change).then else { panic!("a call") };
            let list: ViewList = decode(then.method, then.args).unwrap();
            assert_eq!(changes(list), [change]);
        }
    }
}
