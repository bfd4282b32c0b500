//! Files of hosts: what Neovim asks to fill and write its buffers of them, and what goes to the host
//! for that.

use std::{
    ffi::OsString,
    os::unix::ffi::OsStringExt as _,
    path::{Path, PathBuf},
};

use rmpv::Value;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;

use super::{At, CallContext, Method, Operation, calls};
use crate::{
    core::{
        host_files::{FileContent, HostFile, SIZE_LIMIT, digest},
        hosts::HostName,
        names::shown,
    },
    fleet::{FarCall, Identity, pack, unpack_exactly},
    rpc::{
        effects::file_text::{FileText, joined},
        encode::Encode,
        error::{Refusal, RpcError},
    },
    session::{FoundAgent, Workspace, agents_found},
};

calls! {
    /// What is in the file that a buffer of this name shows.
    "file.read" => FileRead { at: At, name: ByteBuf }
    /// Writes such a file, if it still is what was `seen`, or by force; tells what to have seen then.
    "file.write" => FileWrite {
        at: At,
        name: ByteBuf,
        lines: Vec<ByteBuf>,
        fileformat: String,
        endofline: bool,
        seen: Option<String>,
        force: Option<bool>,
    }
    /// Which of the paths are files.
    #[derive(Serialize)]
    "host.stat" => StatFiles { paths: Vec<ByteBuf> }
    #[derive(Serialize)]
    "host.read" => ReadFile { path: ByteBuf }
    /// Which of the known agents are there.
    #[derive(Serialize)]
    "host.agents" => FindAgents {}
    #[derive(Serialize)]
    "host.write" => WriteFile { path: ByteBuf, text: ByteBuf, seen: Option<FileVersion>, force: bool }
}

/// What is carried out on a host, about nobody in particular.
pub(in crate::rpc) trait OnHost: Method + Serialize {
    type Answer: Serialize + DeserializeOwned;
    /// Whether it changes nothing, so that it may be done once more.
    const READS: bool;

    async fn there(self, workspace: &Workspace) -> Result<Self::Answer, RpcError>;
}

impl OnHost for StatFiles {
    type Answer = Vec<Option<ByteBuf>>;
    const READS: bool = true;

    async fn there(self, workspace: &Workspace) -> Result<Self::Answer, RpcError> {
        let found = workspace.stat_files(self.paths.into_iter().map(path).collect()).await?;
        let bytes = |path: PathBuf| ByteBuf::from(path.into_os_string().into_vec());
        Ok(found.into_iter().map(|found| found.map(bytes)).collect())
    }
}

impl OnHost for FindAgents {
    type Answer = Vec<FoundAgent>;
    const READS: bool = true;

    async fn there(self, _: &Workspace) -> Result<Vec<FoundAgent>, RpcError> {
        Ok(agents_found().await)
    }
}

impl OnHost for ReadFile {
    /// On which machine, and what.
    type Answer = (String, FileContent);
    const READS: bool = true;

    async fn there(self, workspace: &Workspace) -> Result<Self::Answer, RpcError> {
        let content = workspace.read_file(path(self.path)).await?;
        Ok((Identity::here().await.machine(), content))
    }
}

impl OnHost for WriteFile {
    /// On which machine.
    type Answer = String;
    const READS: bool = false;

    async fn there(self, workspace: &Workspace) -> Result<String, RpcError> {
        let (path, text) = (path(self.path), self.text.into_vec());
        let machine = Identity::here().await.machine();
        let seen_here = self.seen.as_ref().is_none_or(|seen| seen.machine == machine);
        if !seen_here && !self.force {
            return Err(on_another_machine(&path));
        }
        let digest = self.seen.map(|seen| seen.digest);
        workspace.write_file(path, text, (digest, self.force)).await?;
        Ok(machine)
    }
}

/// A name may lead to another machine than the one that the file was read on.
fn on_another_machine(path: &Path) -> RpcError {
    let why = format!("`{}` was read on another machine", path.display());
    let hint = "`:e!` reads it again, `:w!` writes over it".to_owned();
    RpcError { hint: Some(hint), ..RpcError::of("conflict", why) }
}

/// What was in a file when it was read or written, and where that was.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct FileVersion {
    digest: String,
    machine: String,
}

impl FileVersion {
    /// As its buffer keeps it.
    fn seen(&self) -> String {
        format!("{} {}", self.digest, self.machine)
    }

    fn of_seen(seen: &str) -> Option<Self> {
        let (digest, machine) = seen.split_once(' ')?;
        Some(Self { digest: digest.to_owned(), machine: machine.to_owned() })
    }
}

/// Carries out the call `name` of a hub.
pub(super) async fn carry_out(
    name: &str,
    args: &[u8],
    workspace: &Workspace,
) -> Result<Vec<u8>, RpcError> {
    match name {
        StatFiles::NAME => carry_out_one::<StatFiles>(args, workspace).await,
        FindAgents::NAME => carry_out_one::<FindAgents>(args, workspace).await,
        ReadFile::NAME => carry_out_one::<ReadFile>(args, workspace).await,
        WriteFile::NAME => carry_out_one::<WriteFile>(args, workspace).await,
        _ => Err(RpcError::internal(format!("there is no call `{name}` for hosts"))),
    }
}

async fn carry_out_one<C: OnHost>(args: &[u8], workspace: &Workspace) -> Result<Vec<u8>, RpcError> {
    let call: C = unpack_exactly(args).map_err(RpcError::internal)?;
    let answer = call.there(workspace).await?;
    Ok(pack(&answer).map_err(RpcError::internal)?.into_vec())
}

fn path(bytes: ByteBuf) -> PathBuf {
    OsString::from_vec(bytes.into_vec()).into()
}

fn bytes(path: PathBuf) -> ByteBuf {
    path.into_os_string().into_vec().into()
}

impl CallContext<'_> {
    /// Which of `paths` are files of `host`, in the same order.
    pub(in crate::rpc) async fn stat_files(
        &self,
        host: &HostName,
        paths: Vec<PathBuf>,
    ) -> Result<Vec<Option<HostFile>>, RpcError> {
        let asked = paths.len();
        let call = StatFiles { paths: paths.into_iter().map(bytes).collect() };
        let found = self.there(host, call).await?;
        if found.len() != asked {
            let why = format!("{} answers to {asked} questions", found.len());
            return Err(Self::nonsense(host, why));
        }
        Ok(found.into_iter().map(|found| HostFile::new(host, &path(found?))).collect())
    }

    /// What is in `file`.
    pub(in crate::rpc) async fn read_file(&self, file: &HostFile) -> Result<FileText, RpcError> {
        let call = ReadFile { path: bytes(file.path.clone()) };
        let (machine, content) = self.there(&file.host, call).await?;
        if let Some(why) = odd(&content) {
            return Err(Self::nonsense(&file.host, why));
        }
        let seen = content.digest.map(|digest| FileVersion { digest, machine }.seen());
        Ok(FileText::new(&content.text, seen, content.writable))
    }

    /// The polecat in whose worktree `file` is, as far as that is known, and its path from there.
    pub(in crate::rpc) fn polecat_of(&self, file: &HostFile) -> Option<(String, PathBuf)> {
        let hosts = self.fleet.hosts();
        let host = hosts.iter().find(|host| host.name == file.host)?;
        host.polecats().find_map(|(said, info)| {
            let below = file.path.strip_prefix(info.workdir.as_ref()?).ok()?;
            Some((said, below.to_owned()))
        })
    }

    pub(super) async fn there<C: OnHost>(
        &self,
        host: &HostName,
        call: C,
    ) -> Result<C::Answer, RpcError> {
        let call = FarCall::new(C::NAME, &call, C::READS).map_err(RpcError::bad_argument)?;
        self.on_host(host, (&call, C::READS)).await
    }
}

/// What is wrong with it.
fn odd(content: &FileContent) -> Option<String> {
    let FileContent { text, digest: said, .. } = content;
    match said {
        _ if text.len() > SIZE_LIMIT => Some(format!("a file of {} bytes", text.len())),
        None if text.is_empty() => None,
        Some(said) if *said == digest(text) => None,
        _ => Some("what identifies the file is not that of what is in it".to_owned()),
    }
}

/// The file of a host that the buffer `name` shows.
fn named(context: &CallContext<'_>, name: &[u8]) -> Result<HostFile, RpcError> {
    let file = HostFile::named(name).filter(|file| context.fleet.settings(&file.host).is_some());
    file.ok_or_else(|| {
        let name = String::from_utf8_lossy(name);
        RpcError::bad_argument(format!("`{}` is no buffer of polecat.nvim", shown(&name)))
    })
}

impl Operation for FileRead {
    type Answer = FileText;

    async fn run(self, context: &CallContext<'_>) -> Result<FileText, Refusal> {
        let file = named(context, &self.name)?;
        Ok(context.read_file(&file).await?)
    }
}

impl Operation for FileWrite {
    type Answer = String;

    async fn run(self, context: &CallContext<'_>) -> Result<String, Refusal> {
        let file = named(context, &self.name)?;
        let text = joined(&self.lines, &self.fileformat, self.endofline);
        let written = digest(&text);
        if text.len() > SIZE_LIMIT {
            let most = SIZE_LIMIT / 1024 / 1024;
            let why = format!("it has {} bytes: more than {most} MiB are not written", text.len());
            return Err(RpcError::bad_argument(why).into());
        }
        let (path, text) = (bytes(file.path.clone()), text.into());
        let force = self.force.unwrap_or_default();
        let seen = self.seen.as_deref().and_then(FileVersion::of_seen);
        let machine = context.there(&file.host, WriteFile { path, text, seen, force }).await?;
        Ok(FileVersion { digest: written, machine }.seen())
    }
}

impl Encode for FileText {
    fn encode(self) -> Result<Value, String> {
        Ok(self.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_says_of_a_file_must_fit_what_it_sends() {
        let content = |text: &[u8], digest: Option<String>| FileContent {
            text: text.to_vec(),
            digest,
            writable: true,
        };
        assert_eq!(odd(&content(b"a", Some(digest(b"a")))), None);
        assert_eq!(odd(&content(b"", None)), None, "there is no such file");
        let most = vec![0; SIZE_LIMIT];
        assert_eq!(odd(&content(&most, Some(digest(&most)))), None);
        let more = vec![0; SIZE_LIMIT + 1];
        for bad in [
            content(b"a", Some(digest(b"b"))),
            content(b"a", Some(String::new())),
            content(b"a", None),
            content(&more, Some(digest(&more))),
        ] {
            assert!(odd(&bad).is_some(), "{} bytes", bad.text.len());
        }
    }
}
