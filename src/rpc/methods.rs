//! All calls there are: what is decoded, carried out and fuzzed comes from this one table.

use rmpv::Value;

#[cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the table below names every call")
)]
use super::calls::*;
use super::{config, decode::decode, error::RpcError};
use crate::{core::names::shown, session::EditorFacts};

macro_rules! table {
    (
        server { $($server:ident),* $(,)? }
        view { $($view:ident),* $(,)? }
        operation { $($operation:ident),* $(,)? }
    ) => {
        /// Changes what all calls after it share.
        #[derive(Debug)]
        pub(super) enum ServerCall { $($server($server)),* }

        /// Is carried out in order with the others about the same view.
        #[derive(Debug)]
        #[expect(clippy::enum_variant_names, reason = "they are called as the calls are")]
        pub(super) enum ViewCall { $($view($view)),* }

        /// Is carried out in a task of its own.
        #[derive(Debug)]
        pub(super) enum OperationCall { $($operation($operation)),* }

        #[cfg(test)]
        const NAMES: &[&str] =
            &[$($server::NAME,)* $($view::NAME,)* $($operation::NAME),*];

        impl Call {
            /// The call `method`, or `None` if there is no such method.
            fn known(method: &str, args: Value) -> Option<Result<Self, RpcError>> {
                Some(match method {
                    $(<$server as Method>::NAME => decode(method, args)
                        .map(|call| Self::Server(ServerCall::$server(call))),)*
                    $(<$view as Method>::NAME => decode(method, args)
                        .map(|call| Self::View(ViewCall::$view(call))),)*
                    $(<$operation as Method>::NAME => decode(method, args)
                        .map(|call| Self::Operation(OperationCall::$operation(call))),)*
                    _ => return None,
                })
            }
        }

        impl OperationCall {
            /// Does what is asked for.
            pub(super) async fn answer(self, context: &CallContext<'_>) -> Result<Value, RpcError> {
                match self { $(Self::$operation(call) => answer(call, context).await),* }
            }
        }
    };
}

table! {
    server { Hello, Configure }
    view { ViewOpen, ViewSet, ViewList, ViewRefresh, ViewClose, ViewAct }
    operation {
        CommandRun, Health, Complete, Issues,
        New, Setup, Remove, Restore, Label, Attempts, PlanMerge, Merge, PlanPush, Push, OpenPullRequest, Worktree, Start, Fork, ResumeAll, Sling, Stop, StopAll,
        IsRunning, Status, List, Capture, CaptureSession, Inject, ShowQueue, DropQueued,
        ReleaseQueue, Interrupt, Answer, Asked, Attach,
        OpenAttach, OpenStatus, OpenCapture, OpenDiff,
        CompareFile, Comment, DiffHighlight, DiffVersions, FileRead, FileWrite,
    }
}

/// A call that was understood.
#[derive(Debug)]
pub(super) enum Call {
    Server(ServerCall),
    View(ViewCall),
    Operation(OperationCall),
}

impl Call {
    /// The call `method` with `args`.
    ///
    /// # Errors
    /// There is no such method, or not with such arguments.
    pub(super) fn decode(method: &str, args: Value) -> Result<Self, RpcError> {
        let unknown = || Err(RpcError::internal(format!("there is no method `{}`", shown(method))));
        Self::known(method, args).unwrap_or_else(unknown)
    }
}

impl OperationCall {
    /// Whether it counts which of two came first, as of messages.
    pub(super) fn is_in_order(&self) -> bool {
        match self {
            Self::CommandRun(call) => call.name == "Queue",
            Self::Inject(_) | Self::DropQueued(_) | Self::ReleaseQueue(_) | Self::Interrupt(_) => {
                true
            }
            _ => false,
        }
    }

    /// The view that it is about.
    pub(super) fn view(&self) -> Option<u64> {
        match self {
            Self::CommandRun(call) => call.view,
            Self::DiffHighlight(call) => Some(call.view),
            Self::DiffVersions(call) => Some(call.view),
            _ => None,
        }
    }
}

impl ViewCall {
    /// Whether it goes on with a view that is there, whatever the configuration says by now.
    pub(super) fn is_about_open_view(&self) -> bool {
        matches!(
            self,
            Self::ViewSet(_) | Self::ViewList(_) | Self::ViewRefresh(_) | Self::ViewClose(_)
        )
    }
}

/// A call that would be refused for its arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The stable code, `bad_argument` or `config_invalid`.
    pub code: &'static str,
    /// What is wrong with what.
    pub message: String,
}

/// What the backend understands of the arguments `args` of `method`, for people to read, without
/// doing it; `None` when there is no such method. Fuzzing goes through this.
#[must_use]
pub fn check(method: &str, args: Value) -> Option<Result<String, Refused>> {
    let understood = Call::known(method, args)?.and_then(|call| match call {
        // The configuration is taken apart in a second step.
        Call::Server(ServerCall::Configure(call)) => {
            let settings =
                config::settings(call.config.unwrap_or_default(), EditorFacts::default());
            let read = settings.map(|settings| format!("{settings:?}"));
            read.map_err(|problems| config::invalid(&problems))
        }
        call => Ok(format!("{call:?}")),
    });
    Some(understood.map_err(|RpcError { code, message, .. }| Refused { code, message }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table of methods: the names, and what is said of the arguments.
    fn documented() -> Vec<(Vec<&'static str>, &'static str)> {
        let text = include_str!("../../doc/protocol.md");
        let table = text.split("| method |").nth(1).and_then(|rest| rest.split("\n\n").next());
        let rows = table.expect("the table of methods").lines().skip(2);
        rows.map(|row| {
            let cells: Vec<_> = row.split('|').collect();
            (cells[1].split('`').skip(1).step_by(2).collect(), cells[2])
        })
        .collect()
    }

    /// The arguments of `method`, as it names them to one who gives another.
    fn arguments(method: &str) -> Vec<String> {
        let args = Value::Map(vec![("no_such_key".into(), Value::Nil)]);
        let Some(Err(refused)) = check(method, args) else { panic!("`{method}` takes anything") };
        let known = refused.message.split_once("known here: ").map_or("", |(_, known)| known);
        known.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn the_protocol_lists_every_call_and_no_other() {
        let mut listed: Vec<_> = documented().into_iter().flat_map(|(names, _)| names).collect();
        let mut names = NAMES.to_vec();
        listed.sort_unstable();
        names.sort_unstable();
        assert_eq!(listed, names);
    }

    #[test]
    fn the_protocol_names_every_argument() {
        for (names, text) in documented() {
            let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            for name in names {
                for argument in arguments(name) {
                    assert!(words.contains(&&*argument), "`{name}` has `{argument}`");
                }
            }
        }
    }

    #[test]
    fn a_method_that_is_not_there_is_refused() {
        assert_eq!(check("session.fly", Value::Nil), None);
        let refused = Call::decode("session.fly", Value::Nil).map(|_| ()).unwrap_err();
        assert_eq!(
            (refused.code, &*refused.message),
            ("internal", "there is no method `session.fly`")
        );
    }
}
