//! The rigs that a configuration names.

use std::{collections::BTreeMap, path::PathBuf};

use super::{
    Paths,
    reader::{Item, Table},
};
use crate::session::RigSettings;

/// `rigs`, a table from folders to what is said of each; `watch` counts for all of which nothing else
/// is said.
pub(super) fn rigs(
    config: &mut Table,
    watch: bool,
    paths: &Paths,
) -> BTreeMap<PathBuf, RigSettings> {
    let named = |item: &Item, folder: &str| {
        let watch = item.table().read("watch", Item::boolean).unwrap_or(watch);
        Some((paths.named(item, folder)?, RigSettings { watch }))
    };
    let rigs = config.read("rigs", |item| Some(item.named(named)));
    rigs.into_iter().flatten().collect()
}
