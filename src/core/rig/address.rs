//! How a polecat is named where there are several rigs: `ash` in its own, `shop/ash` from anywhere,
//! and with more of the path, `src/shop/ash`, where several rigs have one name.

use std::path::Path;

use crate::core::{hosts::HostName, names::PolecatName};

/// A polecat as it was named. The caller checks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Which rig is meant, if that is said.
    pub rig: Option<&'a str>,
    /// The polecat.
    pub polecat: &'a str,
}

impl<'a> Address<'a> {
    /// Reads `ash`, `shop/ash` or `/home/ada/src/shop/ash`.
    #[must_use]
    pub fn read(text: &'a str) -> Self {
        match text.rsplit_once('/') {
            Some((rig, polecat)) => Self { rig: Some(rig), polecat },
            None => Self { rig: None, polecat: text },
        }
    }
}

/// What names `polecat` beside one that is named `said`: in the same rig, on the same host.
#[must_use]
pub fn beside(said: &str, polecat: &str) -> String {
    let rig = said.rfind(['/', ':']).map_or("", |end| &said[..=end]);
    format!("{rig}{polecat}")
}

/// The polecat alone, without what stands in front of it.
#[must_use]
pub fn bare(said: &str) -> &str {
    &said[beside(said, "").len()..]
}

/// `text` with the commands in it that name the polecat alone naming it as it was `said`: around
/// another rig the name alone is that of another polecat.
#[must_use]
pub fn in_commands(text: &str, said: &str) -> String {
    let alone = bare(said);
    if alone == said || alone.is_empty() {
        return text.to_owned();
    }
    let one_word = said.replace('\\', "\\\\").replace(' ', "\\ ");
    let named = |word: &str| if word == alone { one_word.clone() } else { word.to_owned() };
    let quoted = |part: &str| {
        let is_command = part.starts_with(":Polecat");
        is_command.then(|| part.split(' ').map(named).collect::<Vec<_>>().join(" "))
    };
    let parts = text.split('`').map(|part| quoted(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join("`")
}

/// Two polecats of one rig that are compared, as they are named together: `ash..birch`, or
/// `shop/ash..birch`. No polecat has a dot in its name.
#[must_use]
pub fn compared(text: &str) -> Option<(&str, &str)> {
    let (one, other) = text.rsplit_once("..")?;
    let are_names = |names: [&str; 2]| names.iter().all(|name| PolecatName::parse(name).is_ok());
    are_names([bare(one), other]).then_some((one, other))
}

/// A rig as it can be named.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its project's folder.
    pub path: &'a Path,
}

impl Named<'_> {
    /// Whether it can be meant by `said`: its name or its folder's, with as much of the path in
    /// front as one likes.
    #[must_use]
    pub fn goes_by(&self, said: &str) -> bool {
        let (above, last) = said.rsplit_once('/').map_or((None, said), |(a, b)| (Some(a), b));
        let folder = self.path.file_name().and_then(|name| name.to_str());
        let is_it = !last.is_empty() && (last == self.name || Some(last) == folder);
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        is_it
            && match above {
                None => true,
                Some("") => parent == Path::new("/"),
                Some(above) => parent.ends_with(above),
            }
    }

    /// Its name with the last `count` folders above it; with all of them where it has no more.
    fn with_folders(&self, count: usize) -> String {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        let above: Vec<_> = parent.iter().collect();
        let above: std::path::PathBuf =
            above.iter().skip(above.len().saturating_sub(count)).collect();
        above.join(self.name).display().to_string()
    }
}

/// What names each of `rigs` among them: its name, with as many folders in front as tell it apart, also
/// from a rig of a host.
#[must_use]
pub fn addresses(rigs: &[Named]) -> Vec<String> {
    let address = |(at, rig): (usize, &Named)| {
        let depth = rig.path.iter().count();
        let is_free = |address: &String| {
            !is_of_host(address)
                && !rigs.iter().enumerate().any(|(other, rig)| other != at && rig.goes_by(address))
        };
        let tried = (0..depth).map(|count| rig.with_folders(count));
        tried.into_iter().find(is_free).unwrap_or_else(|| rig.with_folders(depth))
    };
    rigs.iter().enumerate().map(address).collect()
}

/// Whether a host may be meant by what stands in front of a `:`, as by that of `build1:shop`.
fn is_of_host(address: &str) -> bool {
    address.split_once(':').is_some_and(|(host, _)| host.parse::<HostName>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rig<'a>(name: &'a str, path: &'a str) -> Named<'a> {
        Named { name, path: Path::new(path) }
    }

    #[test]
    fn commands_name_a_polecat_as_it_was_said() {
        let text =
            "`ash` runs: `:PolecatStop! ash` ends it, `:PolecatSling i ash` not, `git add ash`";
        assert_eq!(in_commands(text, "ash"), text);
        assert_eq!(
            in_commands(text, "build1:my shop/ash"),
            "`ash` runs: `:PolecatStop! build1:my\\ shop/ash` ends it, \
             `:PolecatSling i build1:my\\ shop/ash` not, `git add ash`"
        );
        assert_eq!(in_commands("`:PolecatStop ashen`", "bank/ash"), "`:PolecatStop ashen`");
        assert_eq!(in_commands("`:PolecatStop ` stops", "bank/"), "`:PolecatStop ` stops");
    }

    #[test]
    fn the_last_part_is_the_polecat_and_the_rest_the_rig() {
        let read = |text| {
            let Address { rig, polecat } = Address::read(text);
            (rig, polecat)
        };
        assert_eq!(read("ash"), (None, "ash"));
        assert_eq!(read("shop/ash"), (Some("shop"), "ash"));
        assert_eq!(read("/src/shop/ash"), (Some("/src/shop"), "ash"));
        assert_eq!(read("/ash"), (Some(""), "ash"));
        assert_eq!(read("shop/"), (Some("shop"), ""));
    }

    #[test]
    fn a_rig_goes_by_its_name_or_folder_with_as_much_of_the_path_as_one_likes() {
        let shop = rig("store", "/home/ada/src/shop");
        for said in ["store", "shop", "src/shop", "src/store", "/home/ada/src/shop"] {
            assert!(shop.goes_by(said), "{said}");
        }
        for said in ["", "/", "sho", "rc/shop", "old/shop", "/src/shop", "shop/", "/shop"] {
            assert!(!shop.goes_by(said), "{said}");
        }
        assert!(rig("shop", "/shop").goes_by("/shop"));
    }

    #[test]
    fn an_address_has_as_much_of_the_path_as_tells_a_rig_from_the_others() {
        let rigs = [
            rig("bank", "/src/bank"),
            rig("shop", "/a/src/shop"),
            rig("shop", "/b/src/shop"),
            rig("shop", "/shop"),
        ];
        assert_eq!(addresses(&rigs), ["bank", "a/src/shop", "b/src/shop", "/shop"]);
        for (address, own) in addresses(&rigs).iter().zip(&rigs) {
            let meant: Vec<_> = rigs.iter().filter(|rig| rig.goes_by(address)).collect();
            assert_eq!(meant.len(), 1, "{address}");
            assert_eq!(meant[0].path, own.path);
        }
        // A name that is another's folder is not its own any more.
        let rigs = [rig("shop", "/src/store"), rig("x", "/old/shop")];
        assert_eq!(addresses(&rigs), ["src/shop", "x"]);
    }

    #[test]
    fn a_rig_that_is_called_like_one_of_a_host_has_an_address_that_is_none_of_that() {
        let odd = [rig("build1:shop", "/src/build1:shop"), rig("shop", "/src/shop")];
        assert_eq!(addresses(&odd), ["src/build1:shop", "shop"]);
        assert_eq!(addresses(&[rig("a:b", "/a:b")]), ["/a:b"]);
    }

    #[test]
    fn two_that_are_compared_are_told_from_one_wherever_they_are() {
        for (text, expected) in [
            ("ash..birch", Some(("ash", "birch"))),
            ("shop/ash..birch", Some(("shop/ash", "birch"))),
            ("build1:a..b/ash..birch", Some(("build1:a..b/ash", "birch"))),
            ("a..b/ash", None),
            ("../ash", None),
            ("ash..", None),
            ("..birch", None),
            ("ash..shop/birch", None),
            ("ash", None),
        ] {
            assert_eq!(compared(text), expected, "{text}");
        }
        assert_eq!(
            (beside("build1:ash", "birch"), bare("shop/ash")),
            ("build1:birch".into(), "ash")
        );
    }
}
