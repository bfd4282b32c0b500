//! The engines that run commands on hosts, each with its own traps.

/// What is at fault with a `command`, or `None`: bytes would be changed on their way, or it would
/// reach another place each time.
#[must_use]
pub fn fault(command: &[String]) -> Option<String> {
    let (program, words) = (engine(command), options(command));
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let clustered = |letter: char| {
        let is = |word: &&String| word.starts_with('-') && !word.starts_with("--");
        words.iter().filter(is).any(|word| word.contains(letter))
    };
    match program {
        "srun" if has(&["--pty"]) || words.iter().any(|word| word.starts_with("--pty=")) => {
            Some("`--pty` makes it a terminal: that belongs in `attach`".to_owned())
        }
        "podman" | "docker" | "nerdctl" | "kubectl" if words.iter().any(|word| word == "exec") => {
            if has(&["--tty", "--tty=true"]) || short(words, 't') {
                return Some("`-t` makes it a terminal: that belongs in `attach`".to_owned());
            }
            if !has(&["--interactive", "--interactive=true", "--stdin", "--stdin=true"])
                && !clustered('i')
            {
                return Some("without `-i` nothing reaches what runs there".to_owned());
            }
            (program == "kubectl").then(|| any_pod(words)).flatten()
        }
        _ => None,
    }
}

/// What should be known of a command that is no fault.
#[must_use]
pub fn advice(command: &[String]) -> Option<String> {
    if engine(command) != "kubectl" {
        return None;
    }
    let words = options(command);
    let has = |names: &[&str]| {
        words.iter().any(|word| names.iter().any(|name| word.split('=').next() == Some(name)))
    };
    let missing: Vec<_> =
        [("--context", &["--context"][..]), ("--namespace", &["--namespace", "-n"])]
            .into_iter()
            .filter(|(_, names)| !has(names))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
    (!missing.is_empty()).then(|| {
        format!(
            "`kubectl` without {}: another terminal may change where it leads",
            missing.join(" and ")
        )
    })
}

/// The words by which `command` runs another one there, with what it needs for that.
pub(super) fn complete(mut command: Vec<String>) -> Vec<String> {
    match engine(&command) {
        // Without it, output waits for the end of a line, which messages do not have.
        "srun" if !options(&command).iter().any(|word| word == "-u" || word == "--unbuffered") => {
            command.insert(1, "-u".to_owned());
        }
        "kubectl" if !command.iter().any(|word| word == "--") => command.push("--".to_owned()),
        _ => {}
    }
    command
}

/// The name of the program.
fn engine(command: &[String]) -> &str {
    let program = command.first().map_or("", String::as_str);
    program.rsplit('/').next().unwrap_or_default()
}

/// What stands behind it, up to what it runs.
fn options(command: &[String]) -> &[String] {
    let words = command.get(1..).unwrap_or_default();
    words.split(|word| word == "--").next().unwrap_or_default()
}

/// Whether one of `words` has the short option `letter`, perhaps among others: `-it`.
fn short(words: &[String], letter: char) -> bool {
    let is = |word: &&String| {
        word.len() > 1 && word[1..].bytes().all(|byte| byte.is_ascii_alphabetic()) && word.len() < 4
    };
    words.iter().filter(|word| word.starts_with('-')).filter(is).any(|word| word.contains(letter))
}

/// That `words` name whatever pod there is, such as `deploy/agents`.
fn any_pod(words: &[String]) -> Option<String> {
    let mut behind = words.iter().skip_while(|word| *word != "exec").skip(1);
    let kind = |word: &String| {
        let (kind, name) = word.split_once('/').filter(|_| !word.starts_with('-'))?;
        let is_pod = matches!(kind, "pod" | "pods" | "po");
        (!is_pod && !name.is_empty()).then(|| word.clone())
    };
    let named = behind.find_map(kind)?;
    Some(format!(
        "`{named}` is another pod each time: name one, such as `agents-0` of a StatefulSet"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn what_changes_bytes_or_leads_anywhere_is_a_fault() {
        for good in [
            "ssh build1",
            "podman exec -i gpu",
            "docker exec --interactive gpu",
            "docker exec -iu me gpu",
            "kubectl --context c -n agents exec -i agents-0 -c main --",
            "kubectl exec -i pod/agents-0 -- env -t",
            "srun --jobid=7 --overlap -n1",
            "env A=1 sh -c",
        ] {
            assert_eq!(fault(&words(good)), None, "{good}");
        }
        for (bad, why) in [
            ("podman exec -it gpu", "`-t` makes it a terminal"),
            ("kubectl exec -i --tty agents-0", "`-t` makes it a terminal"),
            ("/usr/bin/docker exec gpu", "without `-i`"),
            ("kubectl exec -i deploy/agents --", "`deploy/agents` is another pod each time"),
            ("kubectl exec -i statefulset/agents", "`statefulset/agents` is another pod"),
            ("srun --pty --jobid=7", "`--pty` makes it a terminal"),
        ] {
            let found = fault(&words(bad)).unwrap_or_default();
            assert!(found.starts_with(why), "{bad}: {found}");
        }
    }

    #[test]
    fn what_an_engine_needs_is_put_in() {
        let complete = |line| complete(words(line)).join(" ");
        assert_eq!(complete("srun --jobid=7 -n1"), "srun -u --jobid=7 -n1");
        assert_eq!(complete("srun --unbuffered -n1"), "srun --unbuffered -n1");
        assert_eq!(complete("kubectl exec -i agents-0"), "kubectl exec -i agents-0 --");
        assert_eq!(complete("kubectl exec -i agents-0 --"), "kubectl exec -i agents-0 --");
        assert_eq!(complete("podman exec -i gpu"), "podman exec -i gpu");
    }

    #[test]
    fn kubectl_that_may_lead_elsewhere_is_told() {
        let pinned = "kubectl --context=c --namespace agents exec -i agents-0";
        assert_eq!(advice(&words(pinned)), None);
        let open = advice(&words("kubectl -n agents exec -i agents-0")).unwrap();
        assert!(open.contains("without `--context`:"), "{open}");
        assert_eq!(advice(&words("podman exec -i gpu")), None);
    }
}
