//! Lists that git prints. Any bytes are read; and of a list that is written as git does, with the
//! parts of the input between its NULs as names, exactly what stands in it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use polecat::host::git::check;

fn names(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty())
}

fn path(name: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(name))
}

pub fn numstat(bytes: &[u8]) {
    let _ = check::counted(bytes);
    let (mut text, mut sums) = (Vec::new(), (0, 0));
    for name in names(bytes) {
        let (added, removed) = (name.len() as u64, u64::from(name[0]));
        let counts = format!("{added}\t{removed}\t").into_bytes();
        match name.len() % 3 {
            0 => text.extend([b"-\t-\t", name, b"\0"].concat()),
            1 => text.extend([&counts, name, b"\0"].concat()),
            // Renamed.
            _ => text.extend([&counts[..], b"\0", name, b"\0", name, b"\0"].concat()),
        }
        if name.len() % 3 != 0 {
            sums = (sums.0 + added, sums.1 + removed);
        }
    }
    assert_eq!(check::counted(&text), sums);
}

pub fn status(bytes: &[u8]) {
    let _ = (check::status(bytes), check::unsaved_work(bytes));
    let mut text = b"# branch.oid 0a1b\0# branch.head main\0".to_vec();
    let (mut changed, mut untracked, mut repositories) = (Vec::new(), Vec::new(), Vec::new());
    for name in names(bytes) {
        let start: &[u8] = match name.len() % 3 {
            0 => b"1 .M N... 100644 100644 100644 0a 0b ",
            1 => b"u UU N... 100644 100644 100644 100644 0a 0b 0c ",
            _ => b"? ",
        };
        text.extend([start, name, b"\0"].concat());
        match name.strip_suffix(b"/") {
            _ if start != b"? " => changed.push(path(name)),
            Some(folder) => repositories.push(path(folder)),
            None => untracked.push(path(name)),
        }
    }
    let uncommitted = u32::try_from(changed.len()).expect("there are few");
    let head = Some("0a1b".to_owned());
    assert_eq!(check::status(&text), (head, uncommitted, untracked.clone()));
    assert_eq!(check::unsaved_work(&text), [changed, untracked, repositories]);
}

pub fn name_status(bytes: &[u8]) {
    let (mut text, mut told): (_, Vec<(&[u8], &[u8])>) = (Vec::new(), Vec::new());
    for name in names(bytes) {
        let _ = check::old_name(bytes, name);
        let half = &name[..name.len().div_ceil(2)];
        match name.len() % 3 {
            0 => text.extend([b"A\0", name, b"\0"].concat()),
            1 => text.extend([b"M\0", name, b"\0"].concat()),
            _ => text.extend([b"R090\0", half, b"\0", name, b"\0"].concat()),
        }
        told.push((name, [b"", name, half][name.len() % 3]));
    }
    for (name, _) in &told {
        let first = told.iter().find(|(told, _)| told == name).map(|(_, old)| old.to_vec());
        assert_eq!(check::old_name(&text, name), first, "{}", String::from_utf8_lossy(name));
    }
}

pub fn ls_files(bytes: &[u8]) {
    for name in names(bytes) {
        let _ = check::index_entry(name);
        for (mode, stage) in [("100644", '0'), ("160000", '0'), ("120000", '2')] {
            let start = format!("h {mode} 0a1b {stage}\t").into_bytes();
            let entry = check::index_entry(&[&start, name].concat());
            assert_eq!(entry, Some((b'h', mode == "160000", stage != '0', path(name))));
        }
    }
}
