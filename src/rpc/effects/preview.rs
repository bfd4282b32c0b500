//! A choice with something to be read first.

use super::{Preview, choices, not_asked};
use crate::rpc::encode::{Map, texts};

impl Preview {
    pub(super) fn encode(self, map: Map) -> Map {
        map.put("id", self.id)
            .put("not_asked", not_asked(&self.prompt, Some(&self.again)))
            .put("prompt", self.prompt)
            .put("titles", texts(self.titles))
            .put("filetype", self.filetype)
            .put("lines", texts(self.lines))
            .put("choices", choices(self.choices))
            .put("show_all", self.show_all)
    }
}
