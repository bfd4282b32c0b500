//! Which conversation a polecat's last session was in.

use std::{env, path::PathBuf};

use crate::{
    core::{
        agent::{Agent, ConversationId},
        names::PolecatName,
        session::record::SessionRecord,
    },
    host::{
        HostError,
        conversations::{self, Search},
        polecats, session_records,
    },
    session::sessions::Sessions,
};

impl Sessions {
    /// The conversation of the session that `record` is of, which ran `agent`.
    ///
    /// # Errors
    /// It is not known, and why: of several that fit, none is chosen.
    pub(in crate::session) async fn conversation_of(
        &self,
        polecat: &PolecatName,
        record: &SessionRecord,
        agent: &Agent,
    ) -> Result<ConversationId, String> {
        let files = agent.resume.as_ref().and_then(|resume| resume.files.clone());
        let (noted, Some(files)) = (record.conversation.clone(), files) else {
            return record
                .conversation
                .clone()
                .ok_or_else(|| "its agent has not reported it".into());
        };
        if record.workdir.is_some() {
            let elsewhere =
                "it ran in a folder that is not its own, and its agent has not reported it";
            return noted.ok_or_else(|| elsewhere.to_owned());
        }
        let workdir = self.own_workdir(polecat).await?;
        let until = record.ended.map(|ended| ended.at);
        let config_dir = config_dir(agent, record);
        let home = configured(agent, "HOME");
        let search = Search { files, config_dir, home, workdir, since: record.started, until };
        let found = conversations::find(search).await.map_err(|error| error.to_string())?;
        one_of(noted, found, goes_on_as_copy(agent))
    }

    /// The worktree of `polecat`, whose conversations are its own.
    ///
    /// # Errors
    /// Another polecat ran there too, or that is not known.
    pub(in crate::session) async fn own_workdir(
        &self,
        polecat: &PolecatName,
    ) -> Result<PathBuf, String> {
        let rig = &self.context.rig;
        let told = |error: HostError| error.to_string();
        let workdir = polecats::workdir(rig, polecat).await.map_err(told)?;
        for other in polecats::names(rig).await.map_err(told)?.iter().filter(|one| *one != polecat)
        {
            let record = session_records::load(rig, other).await.map_err(told)?;
            if record.is_some_and(|record| record.workdir.as_ref() == Some(&workdir)) {
                return Err(format!("`{other}` ran in its worktree too"));
            }
        }
        Ok(workdir)
    }
}

/// The agent's configuration folder, if not the usual one.
fn config_dir(agent: &Agent, record: &SessionRecord) -> Option<PathBuf> {
    let variable = agent.config_dir_env.as_ref()?;
    let inherited = || env::var_os(variable).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    record.config_dir.clone().or_else(|| configured(agent, variable)).or_else(inherited)
}

/// What the agent's configuration says a variable is.
fn configured(agent: &Agent, variable: &str) -> Option<PathBuf> {
    let found = agent.env.iter().find(|(name, _)| *name == variable);
    found.map(|(_, value)| PathBuf::from(value))
}

/// Whether an agent that goes on with a conversation makes a new one of it.
fn goes_on_as_copy(agent: &Agent) -> bool {
    agent
        .resume
        .as_ref()
        .is_some_and(|resume| resume.by_id.is_some() && resume.by_id == resume.fork)
}

/// The one that it must have been: what was noted, unless it has begun another one since.
fn one_of(
    noted: Option<ConversationId>,
    mut found: Vec<ConversationId>,
    is_copy: bool,
) -> Result<ConversationId, String> {
    let before = noted.filter(|noted| !(is_copy && !found.is_empty() && !found.contains(noted)));
    found.extend(before.filter(|noted| !found.contains(noted)));
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err("its agent has saved none since it was started".to_owned()),
        several => {
            let several: Vec<_> = several.iter().map(|id| format!("`{id}`")).collect();
            Err(format!("it may be any of {}", several.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_none_is_chosen() {
        let id = |text: &str| text.parse::<ConversationId>().unwrap();
        for (noted, found, is_copy, expected) in [
            (None, &[][..], false, Err("its agent has saved none since it was started")),
            (None, &["a"], false, Ok("a")),
            (None, &["a", "b"], false, Err("it may be any of `a`, `b`")),
            (Some("a"), &[], false, Ok("a")),
            (Some("a"), &["a"], false, Ok("a")),
            (Some("a"), &["b"], false, Err("it may be any of `b`, `a`")),
            (Some("a"), &["b"], true, Ok("b")),
            (Some("a"), &["a", "b"], true, Err("it may be any of `a`, `b`")),
        ] {
            let found = found.iter().map(|text| id(text)).collect();
            let got = one_of(noted.map(id), found, is_copy);
            let got = got.as_ref().map(ConversationId::as_str).map_err(String::as_str);
            assert_eq!(got, expected);
        }
    }
}
