//! What a configuration says of an agent's screen and keys, over what is known of them.

use super::{
    Answering, Bang, BusyRow, Description, Dialog, Keys, Layout, Means, Screen, TitleSign,
    TroubleSign,
};

/// What a configuration says of an agent's screen and keys; what it does not say stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescriptionChanges {
    /// `None` where nothing is said of the screen.
    pub(crate) screen: Option<ScreenChanges>,
    pub(crate) keys: KeysChanges,
    /// They stand before those that are known.
    pub(crate) dialogs: Option<&'static [Dialog]>,
}

/// [`Screen`], without its dialogs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScreenChanges {
    pub(crate) layout: Option<Layout>,
    pub(crate) marks: Option<&'static [&'static str]>,
    pub(crate) hints: Option<&'static [&'static str]>,
    pub(crate) markers: Option<&'static [char]>,
    pub(crate) titles: Option<&'static [(TitleSign, Means)]>,
    pub(crate) tasks: Option<&'static [&'static str]>,
    pub(crate) no_tasks: Option<&'static [&'static str]>,
    pub(crate) scroll_bar: Option<&'static str>,
    pub(crate) busy_below: Option<&'static [&'static str]>,
    pub(crate) busy_above: Option<BusyRow>,
    pub(crate) busy_rule: Option<&'static [&'static str]>,
    pub(crate) starting: Option<&'static str>,
    pub(crate) splash: Option<&'static [&'static str]>,
    pub(crate) restarts: Option<&'static str>,
    pub(crate) asks: Option<&'static [&'static str]>,
    pub(crate) dialog_top: Option<&'static [&'static str]>,
    pub(crate) passing: Option<&'static [&'static str]>,
    pub(crate) answering: Option<Answering>,
    pub(crate) trouble: Option<&'static [TroubleSign]>,
    pub(crate) asides: Option<&'static [&'static str]>,
    pub(crate) sent: Option<&'static [&'static str]>,
    pub(crate) usage: Option<&'static [&'static str]>,
    pub(crate) greeting: Option<&'static str>,
}

/// [`Keys`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeysChanges {
    pub(crate) interrupt: Option<&'static [&'static str]>,
    pub(crate) interrupt_again: Option<&'static str>,
    pub(crate) interrupted: Option<&'static str>,
    pub(crate) newline: Option<&'static str>,
    pub(crate) clears: Option<&'static [&'static str]>,
    pub(crate) dialog_delay_ms: Option<u64>,
    pub(crate) bang: Option<Bang>,
}

impl DescriptionChanges {
    /// `base` with these changes.
    pub(crate) fn over(&self, base: &Description) -> Description {
        let known = base.screen.unwrap_or(Screen::PLAIN);
        Description {
            screen: self.screen.map_or(base.screen, |changes| Some(changes.over(&known))),
            keys: self.keys.over(base.keys),
            dialogs: self.dialogs.unwrap_or(base.dialogs),
        }
    }
}

impl ScreenChanges {
    fn over(self, base: &Screen) -> Screen {
        Screen {
            layout: self.layout.unwrap_or(base.layout),
            marks: self.marks.unwrap_or(base.marks),
            hints: self.hints.unwrap_or(base.hints),
            markers: self.markers.unwrap_or(base.markers),
            titles: self.titles.unwrap_or(base.titles),
            tasks: self.tasks.unwrap_or(base.tasks),
            no_tasks: self.no_tasks.unwrap_or(base.no_tasks),
            scroll_bar: self.scroll_bar.unwrap_or(base.scroll_bar),
            busy_below: self.busy_below.unwrap_or(base.busy_below),
            busy_above: self.busy_above.or(base.busy_above),
            busy_rule: self.busy_rule.unwrap_or(base.busy_rule),
            starting: self.starting.or(base.starting),
            splash: self.splash.unwrap_or(base.splash),
            restarts: self.restarts.unwrap_or(base.restarts),
            asks: self.asks.unwrap_or(base.asks),
            dialog_top: self.dialog_top.unwrap_or(base.dialog_top),
            passing: self.passing.unwrap_or(base.passing),
            dialogs: base.dialogs,
            answering: self.answering.unwrap_or(base.answering),
            trouble: self.trouble.unwrap_or(base.trouble),
            asides: self.asides.unwrap_or(base.asides),
            sent: self.sent.unwrap_or(base.sent),
            usage: self.usage.unwrap_or(base.usage),
            greeting: self.greeting.unwrap_or(base.greeting),
        }
    }
}

impl KeysChanges {
    fn over(self, base: Keys) -> Keys {
        Keys {
            interrupt: self.interrupt.unwrap_or(base.interrupt),
            interrupt_again: self.interrupt_again.or(base.interrupt_again),
            interrupted: self.interrupted.or(base.interrupted),
            newline: self.newline.or(base.newline),
            clears: self.clears.unwrap_or(base.clears),
            dialog_delay_ms: self.dialog_delay_ms.unwrap_or(base.dialog_delay_ms),
            bang: self.bang.unwrap_or(base.bang),
        }
    }
}
