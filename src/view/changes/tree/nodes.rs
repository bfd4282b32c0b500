//! Which rows a tree of files has.

use std::collections::BTreeMap;

/// With fewer files there is nothing to find.
const FILES_MIN: usize = 3;
/// Deeper folders are not told apart: an editor has no more levels of folds.
const DEPTH_LIMIT: u8 = 16;

/// A file, or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::view::changes) struct Node {
    /// How many folders it is in.
    pub(in crate::view::changes) depth: u8,
    /// Its path; that of a folder ends with a `/`.
    pub(in crate::view::changes) path: Vec<u8>,
    /// What its path has below that of the folder around.
    pub(in crate::view::changes) name: Vec<u8>,
    /// Whether it is a folder.
    pub(in crate::view::changes) folder: bool,
    /// The indices of what it stands for.
    pub(in crate::view::changes) files: Vec<usize>,
}

/// A path with the indices of what was changed at it.
type At<'a> = (&'a [u8], Vec<usize>);

/// The tree of `paths`, from top to bottom, in git's order; nothing where there are few. A folder
/// with nothing but one other in it is one with that.
pub(in crate::view::changes) fn nodes<'a>(paths: impl Iterator<Item = &'a [u8]>) -> Vec<Node> {
    let mut files: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (index, path) in paths.enumerate() {
        files.entry(path).or_default().push(index);
    }
    let mut nodes = Vec::new();
    if files.len() >= FILES_MIN {
        add(&mut nodes, &files.into_iter().collect::<Vec<_>>(), (0, 0));
    }
    nodes
}

/// Adds files that are all in a folder of that depth, whose path has so many bytes.
fn add(nodes: &mut Vec<Node>, mut files: &[At<'_>], (depth, above): (u8, usize)) {
    while let Some((path, indices)) = files.first() {
        let name = path.get(above..).unwrap_or_default();
        let slash = name.iter().position(|byte| *byte == b'/').filter(|_| depth < DEPTH_LIMIT);
        let Some(slash) = slash else {
            let (path, name) = (path.to_vec(), name.to_vec());
            nodes.push(Node { depth, path, name, folder: false, files: indices.clone() });
            files = &files[1..];
            continue;
        };
        let inside = |(other, _): &&At<'_>| other.starts_with(&path[..=above + slash]);
        let (inside, behind) = files.split_at(files.iter().take_while(inside).count());
        let folder = &path[..common(inside)];
        let (path, name) = (folder.to_vec(), folder[above..].to_vec());
        let all = inside.iter().flat_map(|(_, indices)| indices).copied().collect();
        nodes.push(Node { depth, path, name, folder: true, files: all });
        add(nodes, inside, (depth + 1, folder.len()));
        files = behind;
    }
}

/// How many bytes the path of the folder has that all are in. They are sorted.
fn common(files: &[At<'_>]) -> usize {
    let (Some((first, _)), Some((last, _))) = (files.first(), files.last()) else { return 0 };
    let same = first.iter().zip(*last).take_while(|(one, other)| one == other).count();
    first[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(paths: &[&str]) -> Vec<String> {
        let nodes = nodes(paths.iter().map(|path| path.as_bytes()));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let line = |node: &Node| {
            let indent = " ".repeat(node.depth.into());
            format!("{indent}{} {:?}", text(&node.name), node.files)
        };
        nodes.iter().map(line).collect()
    }

    #[test]
    fn folders_with_one_folder_in_them_are_joined_and_files_of_several_stages_are_one() {
        let paths = ["src/core/diff/a", "src/core/diff/b", "src/core.rs", "x", "src/core/diff/a"];
        assert_eq!(
            told(&paths),
            [
                "src/ [2, 0, 4, 1]",
                " core.rs [2]",
                " core/diff/ [0, 4, 1]",
                "  a [0, 4]",
                "  b [1]",
                "x [3]"
            ]
        );
    }

    #[test]
    fn a_path_that_is_none_and_endless_folders_are_still_rows() {
        assert_eq!(told(&["", "/", "a//b"]).len(), 5);
        let deep: Vec<_> = (1..100).map(|depth| format!("{}f", "a/".repeat(depth))).collect();
        let nodes = nodes(deep.iter().map(String::as_bytes));
        assert!(nodes.iter().all(|node| node.depth <= DEPTH_LIMIT), "{nodes:?}");
        assert_eq!(nodes.iter().filter(|node| !node.folder).count(), deep.len());
    }

    proptest! {
        #[test]
        fn every_file_is_once_in_it_below_the_folders_it_is_in(
            paths in prop::collection::vec("[ab/]{0,6}", 0..12),
        ) {
            let nodes = nodes(paths.iter().map(String::as_bytes));
            let mut above: Vec<&Node> = Vec::new();
            let mut seen: Vec<usize> = Vec::new();
            for node in &nodes {
                above.truncate(node.depth.into());
                let names: Vec<u8> = above.iter().flat_map(|one| &one.name).copied().collect();
                prop_assert_eq!(&[names, node.name.clone()].concat(), &node.path);
                for folder in &above {
                    prop_assert!(node.files.iter().all(|file| folder.files.contains(file)));
                }
                above.push(node);
                if !node.folder {
                    seen.extend(&node.files);
                }
            }
            seen.sort_unstable();
            prop_assert!(nodes.is_empty() || seen == (0..paths.len()).collect::<Vec<_>>());
        }
    }
}
