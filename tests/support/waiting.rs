//! What tests wait for in an editor, each with a deadline that says what it saw last.

use serde_json::{Value as Json, json};

use super::{editor::Editor, eventually};

impl Editor {
    /// Waits until `status` tells `state` of a polecat.
    pub async fn expect_state(&self, polecat: &str, state: &str) -> Json {
        eventually(&format!("`{polecat}` to be {state}"), async || {
            match self.call("status", json!([polecat])).await {
                Ok(info) if info["state"] == state => Ok(info),
                seen => Err(format!("{seen:?}")),
            }
        })
        .await
    }

    /// Waits until the last `lines` lines of a polecat hold `part`.
    pub async fn expect_capture(&self, polecat: &str, lines: u32, part: &str) -> String {
        eventually(&format!("`{part}` from `{polecat}`"), async || {
            match self.call("capture", json!([polecat, { "lines": lines }])).await {
                Ok(Json::String(seen)) if seen.contains(part) => Ok(seen),
                seen => Err(format!("{seen:?}")),
            }
        })
        .await
    }

    /// Waits until the user was told something that holds `part`.
    pub async fn expect_message(&self, part: &str) -> String {
        eventually(&format!("a message with `{part}`"), async || {
            let told = self.messages().await;
            let found = told.iter().find(|message| message.contains(part)).cloned();
            found.ok_or_else(|| format!("{told:?}"))
        })
        .await
    }
}
