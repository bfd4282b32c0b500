//! Which keys each kind of view has. They go to Neovim with the view that it opens.

use rmpv::Value;

use super::{
    Act, CAPTURED, DIFF, END, Key, KeyAction, LIST as LISTED, OF_POLECAT, QUEUED, REFRESH, SET_UP,
    SHOW, Sends, WAITING,
};
use crate::rpc::encode::{Map, texts};

/// The keys of a view, in the order of the list of keys; in parts that several have in common.
#[derive(Debug)]
pub(in crate::rpc) struct Keys(&'static [&'static [Key]]);

pub(in crate::rpc) static LIST: Keys = Keys(&[OF_POLECAT, SHOW, LISTED, WAITING, REFRESH, END]);
pub(in crate::rpc) static DETAIL: Keys = Keys(&[OF_POLECAT, REFRESH, END]);
pub(in crate::rpc) static CAPTURE: Keys = Keys(&[CAPTURED, REFRESH, END]);
pub(in crate::rpc) static SNAPSHOT: Keys = Keys(&[CAPTURED, END]);
pub(in crate::rpc) static CHANGES: Keys = Keys(&[DIFF, REFRESH, END]);
pub(in crate::rpc) static QUEUE: Keys = Keys(&[QUEUED, REFRESH, END]);
pub(in crate::rpc) static SETUP: Keys = Keys(&[SET_UP, REFRESH, END]);

/// Those of every view.
pub(in crate::rpc::commands) static ALL: [&Keys; 7] =
    [&LIST, &DETAIL, &CAPTURE, &SNAPSHOT, &CHANGES, &QUEUE, &SETUP];

impl Keys {
    pub(in crate::rpc::commands) fn iter(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.0.iter().copied().flatten()
    }
}

/// As Lua maps and lists them.
impl From<&Keys> for Value {
    fn from(keys: &Keys) -> Self {
        Self::Array(keys.iter().map(|key| encode(key).into()).collect())
    }
}

fn encode(key: &Key) -> Map {
    let modes = key.modes.chars().map(|mode| mode.to_string());
    let map = Map::new()
        .put("lhs", key.lhs)
        .put("about", key.about)
        .some("modes", (key.modes != "n").then(|| texts(modes)))
        .flag("follows", key.follows);
    match &key.does {
        KeyAction::Lua(name) => map.put("lua", *name),
        KeyAction::Jump(to, step) => map.put("jump", *to).put("step", *step),
        KeyAction::Act(Act { name, doing, sends, .. }) => {
            map.put("act", *name).put("doing", *doing).some("sends", sends.map(Sends::as_str))
        }
    }
}

impl Sends {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Lines => "lines",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_in_its_view() {
        for view in ALL {
            let mut keys: Vec<_> = view.iter().map(|key| key.lhs).collect();
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), count, "{view:?}");
        }
    }

    #[test]
    fn lua_has_a_function_for_each_key_of_its_own() {
        let lua = include_str!("../../../../lua/polecat/ui/views/keymaps.lua");
        for key in ALL.iter().flat_map(|view| view.iter()) {
            if let KeyAction::Lua(name) = key.does {
                assert!(lua.contains(&format!("\n    {name} = ")), "{name}");
            }
        }
    }
}
