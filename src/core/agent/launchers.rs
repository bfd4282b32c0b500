//! Programs that only start another one: `env`, `nice`, ...

use super::file_name;

/// The command line without the programs in front that only start the next one.
#[must_use]
pub fn launched(mut argv: &[String]) -> &[String] {
    while let [first, rest @ ..] = argv {
        let Some((_, valued)) = LAUNCHERS.iter().find(|(name, _)| *name == file_name(first)) else {
            break;
        };
        argv = rest;
        while let [word, rest @ ..] = argv {
            argv = match rest {
                [_, rest @ ..] if valued.contains(&word.as_str()) => rest,
                // A flag, a variable, or how long or how nicely.
                _ if word.starts_with(|c: char| c == '-' || c == '+' || c.is_ascii_digit()) => rest,
                _ if word.contains('=') => rest,
                _ => break,
            };
        }
    }
    argv
}

/// Programs that start another one, and their flags that are followed by a value.
pub(super) const LAUNCHERS: &[(&str, &[&str])] = &[
    ("env", &["-u", "--unset", "-C", "--chdir"]),
    ("nice", &["-n", "--adjustment"]),
    ("ionice", &["-c", "--class", "-n", "--classdata"]),
    ("nohup", &[]),
    ("setsid", &[]),
    ("stdbuf", &["-i", "-o", "-e", "--input", "--output", "--error"]),
    ("timeout", &["-s", "--signal", "-k", "--kill-after"]),
    ("time", &["-f", "-o"]),
    ("exec", &["-a"]),
    ("command", &[]),
    ("caffeinate", &["-t", "-w"]),
    ("systemd-inhibit", &[]),
];
