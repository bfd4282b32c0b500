//! The styles of agents' output, of which Neovim makes highlight groups. It has room for some 20,000
//! of everybody's and takes none back, so that the number of ours is bounded for its whole life,
//! whatever is printed.

use std::collections::{HashMap, HashSet};

use rmpv::Value;

use super::encode::Map;
use crate::view::{Color, Group, Style, index, stages};

/// How many groups of ours there may be before styles are drawn in fewer colours, and in fewer yet,
/// of which there cannot be more than 44 x 44.
const LIMITS: [usize; 3] = [1000, 3000, usize::MAX];

/// The groups that a Neovim has of us.
#[derive(Debug, Default)]
pub(super) struct Groups {
    made: usize,
    names: HashSet<String>,
}

impl Groups {
    /// Those of a Neovim in which backends before made so many.
    pub(super) fn after(made: usize) -> Self {
        Self { made, names: HashSet::new() }
    }

    /// What `style` is drawn as, and the name of its group; none for the editor's own.
    fn fit(&mut self, style: &Style) -> Option<(String, Style)> {
        let stages = stages(style);
        for (stage, limit) in LIMITS.into_iter().enumerate() {
            let style = stages.get(stage).or(stages.last())?;
            if *style == Style::default() {
                return None;
            }
            let name = group_name(style);
            let known = self.names.contains(&name);
            if known || self.made < limit {
                self.made += usize::from(!known);
                self.names.insert(name.clone());
                return Some((name, style.clone()));
            }
        }
        None
    }
}

/// The styles that a frame uses, each once.
pub(super) struct Styles<'a, 'g> {
    groups: &'g mut Groups,
    /// What each of them is drawn as: a place in the list, from 1 as Lua counts.
    places: HashMap<&'a Style, Option<usize>>,
    by_name: HashMap<String, usize>,
    used: Vec<Value>,
}

impl<'a, 'g> Styles<'a, 'g> {
    pub(super) fn new(groups: &'g mut Groups) -> Self {
        Self { groups, places: HashMap::new(), by_name: HashMap::new(), used: Vec::new() }
    }

    /// The name of one of our groups, or the place of a style in the list; none where nothing is to
    /// be seen of it.
    pub(super) fn group(&mut self, group: &'a Group) -> Option<Value> {
        let style = match group {
            Group::Named(name) => return Some((*name).into()),
            Group::Styled(style) => style,
        };
        if let Some(place) = self.places.get(style) {
            return place.map(Value::from);
        }
        let place = self.groups.fit(style).map(|(name, style)| self.place(name, &style));
        self.places.insert(style, place);
        place.map(Value::from)
    }

    fn place(&mut self, name: String, style: &Style) -> usize {
        if let Some(place) = self.by_name.get(&name) {
            return *place;
        }
        self.used.push(encode(&name, style).into());
        self.by_name.insert(name, self.used.len());
        self.used.len()
    }
}

impl From<Styles<'_, '_>> for Value {
    fn from(styles: Styles<'_, '_>) -> Self {
        Self::Array(styles.used)
    }
}

/// As `nvim_set_hl()` takes it, but for the sixteen colours that a person's palette decides and for
/// `dim`; with the name of its group.
fn encode(name: &str, style: &Style) -> Map {
    let color = |color: Option<Color>| {
        color.map(|color| match color {
            Color::Palette(index) => Value::from(index),
            Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}").into(),
        })
    };
    Map::new()
        .put("name", name)
        .some("fg", color(style.foreground))
        .some("bg", color(style.background))
        .some("sp", color(style.underline_color))
        .some("ctermfg", style.foreground.map(index).or(style.dim.then_some(8)))
        .some("ctermbg", style.background.map(index))
        .flag("bold", style.bold)
        .flag("dim", style.dim)
        .flag("italic", style.italic)
        .flag("underline", style.underline)
        .flag("reverse", style.reverse)
        .flag("strikethrough", style.strikethrough)
}

/// `PolecatTerm_FGx00ff00_bold`
fn group_name(style: &Style) -> String {
    let color = |name: &str, color: Option<Color>| {
        color.map(|color| match color {
            Color::Palette(index) => format!("_{name}{index}"),
            Color::Rgb(r, g, b) => format!("_{name}x{r:02x}{g:02x}{b:02x}"),
        })
    };
    let flag = |name: &str, set: bool| set.then(|| format!("_{name}"));
    let parts = [
        color("FG", style.foreground),
        color("BG", style.background),
        color("SP", style.underline_color),
        flag("bold", style.bold),
        flag("dim", style.dim),
        flag("italic", style.italic),
        flag("underline", style.underline),
        flag("reverse", style.reverse),
        flag("strikethrough", style.strikethrough),
    ];
    format!("PolecatTerm{}", parts.into_iter().flatten().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styled(red: u8, green: u8) -> Group {
        Group::Styled(Style { foreground: Some(Color::Rgb(red, green, 0)), ..Style::default() })
    }

    #[test]
    fn a_frame_tells_each_style_once_and_spans_name_it_by_its_place() {
        let red = Style { foreground: Some(Color::Palette(1)), ..Style::default() };
        let bold = Style { bold: true, ..red.clone() };
        let plain = Group::Styled(Style::default());
        let groups = [Group::Styled(red), Group::Named("PolecatMuted"), Group::Styled(bold)];
        let mut made = Groups::default();
        let mut styles = Styles::new(&mut made);
        let places: Vec<_> =
            groups.iter().chain(&groups[..1]).map(|group| styles.group(group)).collect();
        assert_eq!(places, [1.into(), "PolecatMuted".into(), 2.into(), 1.into()].map(Some));
        assert_eq!(styles.group(&plain), None);
        let group = |name: &str| Map::new().put("name", name).put("fg", 1).put("ctermfg", 1);
        let red = Value::from(group("PolecatTerm_FG1"));
        let bold = Value::from(group("PolecatTerm_FG1_bold").put("bold", true));
        assert_eq!(Value::from(styles), Value::Array(vec![red, bold]));
    }

    #[test]
    fn what_comes_after_many_groups_is_drawn_in_fewer_colours_and_what_is_known_as_it_was() {
        let mut made = Groups::after(LIMITS[0] - 1);
        let (first, near, other) = (styled(250, 1), styled(251, 1), styled(250, 240));
        let mut styles = Styles::new(&mut made);
        assert_eq!(styles.group(&first), Some(1.into()));
        assert_eq!(styles.group(&near), Some(2.into()));
        assert_eq!(styles.group(&other), Some(3.into()));
        // It is rounded to what `near` was rounded to.
        assert_eq!(styles.group(&styled(252, 2)), Some(2.into()));
        let mut styles = Styles::new(&mut made);
        assert_eq!(styles.group(&first), Some(1.into()));
        let Value::Array(used) = Value::from(styles) else { panic!("a list") };
        assert!(used[0].to_string().contains("_FGxfa0100"), "{}", used[0]);
    }
}
