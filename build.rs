//! Tells the program what it was built from, and for which system: a host must run the same as the
//! hub that reaches it. Only the sources count, so that whoever builds them gets the same.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// How much of the hash is used, in hexadecimal digits: two states of one version must differ.
const LENGTH: usize = 12;

fn main() -> io::Result<()> {
    let mut files = vec![PathBuf::from("Cargo.lock")];
    list(Path::new("src"), &mut files)?;
    files.sort();
    let mut hash = Sha256::new();
    for file in &files {
        let (name, content) = (file.to_string_lossy(), fs::read(file)?);
        for part in [name.as_bytes(), &content] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let id = format!("{:x}", hash.finalize());
    println!("cargo::rustc-env=POLECAT_SOURCE={}", &id[..LENGTH]);
    println!("cargo::rustc-env=POLECAT_TARGET={}", env::var("TARGET").map_err(io::Error::other)?);
    for watched in ["build.rs", "Cargo.lock", "src"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
