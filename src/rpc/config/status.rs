//! `status`: the columns of the status window, and where it is docked.

use super::reader::Table;
use crate::{core::listing::Column, session::Sidebar};

/// The side at which it is docked.
const SIDES: [(&str, bool); 2] = [("left", false), ("right", true)];

pub(super) fn columns(table: &mut Table) -> Option<Vec<Column>> {
    table.read("columns", |item| item.list("columns", |item| item.one_of(Column::ALL)))
}

pub(super) fn sidebar(table: &mut Table) -> Sidebar {
    let usual = Sidebar::default();
    let width =
        table.read("width", |item| item.integer(10)).and_then(|width| width.try_into().ok());
    Sidebar {
        right: table.read("side", |item| item.one_of(&SIDES)).unwrap_or(usual.right),
        width: width.unwrap_or(usual.width),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::rpc::config::{Written, settings};
    use crate::session::EditorFacts;

    fn problems(config: &Json) -> Vec<String> {
        let values = Some(rmpv::ext::to_value(config).unwrap());
        let written = Written { values, ..Written::default() };
        settings(written, EditorFacts::default()).err().unwrap_or_default()
    }

    #[test]
    fn a_column_that_is_not_known_is_refused_with_those_that_are() {
        let known = json!({ "status": { "columns": ["name", "doing"] } });
        assert_eq!(problems(&known), Vec::<String>::new());
        let sidebar = json!({ "side": "top", "width": 3 });
        let wrong = json!({ "status": { "columns": ["name", "colour"], "sidebar": sidebar } });
        assert_eq!(
            problems(&wrong),
            [
                "`status.columns[2]`: expected one of sign, name, attempt, label, state, since, issue, agent, \
                 model, work, branch, doing, tokens, context, cost, silence, queued, attached, resume, \
                 got `colour`",
                "`status.sidebar.side`: expected one of left, right, got `top`",
                "`status.sidebar.width`: expected a whole number from 10, got `3`",
            ],
        );
    }
}
