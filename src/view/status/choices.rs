//! What a person can choose for the list: texts, and what they change.

use super::{super::statusline::STATES, Section};
use crate::core::{
    listing::{Change, Filter, Listing, NEEDS_YOU, Order},
    session::{SessionInfo, State},
};

/// The filters that would show something of what is listed now, each with how many.
#[must_use]
pub fn filters(sections: &[Section], listing: &Listing) -> Vec<(String, Change)> {
    let all = || sections.iter().flat_map(|one| one.sessions.iter().map(|info| (info, one.home)));
    let total = all().count();
    let mut offered = Vec::new();
    if !listing.filter.is_empty() {
        offered.push((format!("everything ({total})"), Change::NoFilter));
    }
    let states = STATES.map(State::as_str).into_iter();
    let states = [NEEDS_YOU].into_iter().chain(states);
    offered.extend(states.map(|state| (state.to_owned(), Change::State(state.to_owned()))));
    for agent in several(all().filter_map(|(info, _)| info.agent.as_deref())) {
        offered.push((format!("agent {agent}"), Change::Agent(agent.to_owned())));
    }
    if sections.len() > 1 {
        let rig = |one: &Section| (format!("rig {}", one.rig), Change::Rig(one.home.to_owned()));
        offered.extend(sections.iter().map(rig));
    }
    let counted = offered.into_iter().filter_map(|(text, change)| {
        if change == Change::NoFilter {
            return Some((text, change));
        }
        let filter = listing.clone().after(change.clone()).filter;
        let shows = |filter: &Filter, (info, home): (&SessionInfo, &str)| filter.shows(info, home);
        let count = all().filter(|one| shows(&filter, *one)).count();
        (count > 0).then(|| (format!("{text} ({count})"), change))
    });
    counted.collect()
}

/// The orders, the present one marked.
#[must_use]
pub fn orders(listing: &Listing) -> Vec<(String, Change)> {
    let text = |order: Order| {
        let now = if order == listing.order { " (as now)" } else { "" };
        format!("{}{now}", order.about())
    };
    Order::ALL.iter().map(|(_, order)| (text(*order), Change::Order(*order))).collect()
}

/// Each of `names` once, unless all are the same.
fn several<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > 1 { names } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::session;
    use super::*;

    #[test]
    fn what_would_show_nothing_is_not_offered_and_what_is_chosen_counts() {
        let agent = |name: &str, of: SessionInfo| SessionInfo { agent: Some(name.into()), ..of };
        let sessions = [
            agent("claude", session("ash", State::Waiting)),
            agent("codex", session("birch", State::Idle)),
        ];
        let shop = Section {
            rig: "shop",
            home: "/shop",
            prefix: "",
            socket: None,
            sessions: &sessions,
            problem: None,
        };
        let texts = |sections: &[Section], listing: &Listing| {
            filters(sections, listing).into_iter().map(|(text, _)| text).collect::<Vec<_>>()
        };
        let none = Listing::default();
        assert_eq!(
            texts(&[shop], &none),
            ["needs you (1)", "waiting (1)", "idle (1)", "agent claude (1)", "agent codex (1)"]
        );
        let codex = none.after(Change::Agent("codex".to_owned()));
        let bank = Section { rig: "bank", home: "/bank", sessions: &[], ..shop };
        assert_eq!(
            texts(&[shop, bank], &codex),
            ["everything (2)", "idle (1)", "agent claude (1)", "agent codex (1)", "rig shop (1)"]
        );
    }
}
