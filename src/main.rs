//! The backend's process: arguments, log file, runtime, exit code. And that of the window that the
//! backends have together in tmux, `polecat-nvim hold PIPE`, of agents' hooks, `polecat-nvim hook TMUX`,
//! of what a hub runs on other machines, `polecat-nvim host`, which becomes `polecat-nvim serve`, and of
//! the tour, `polecat-nvim tour TMUX JSON`.

use std::os::unix::fs::OpenOptionsExt;
use std::{ffi::OsString, fs, io, path::Path, path::PathBuf, process::ExitCode, sync::Mutex};

use tracing::Level;

/// A log file that is larger is put aside at the next start, in bytes.
const LOG_LIMIT: u64 = 10 * 1024 * 1024;

fn main() -> ExitCode {
    match options(lexopt::Parser::from_env()).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // stdout belongs to RPC; Neovim shows the end of stderr to the user.
            eprintln!("polecat-nvim: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Options {
    log_file: Option<PathBuf>,
    log_level: Level,
    /// All that it is to do.
    prints: Option<Prints>,
    /// What our window in tmux runs.
    hold: Option<PathBuf>,
    /// What agents' hooks run: the tmux to tell.
    hook: Option<String>,
    /// What a hub runs on a host, and what that becomes.
    host: bool,
    serve: bool,
    /// `tour`, `tour-guard` or `tour-agent`, and the words behind it.
    tour: Option<(String, Vec<OsString>)>,
}

/// What it can print, and end.
enum Prints {
    Version,
    /// What it was built from, and for which system.
    Build,
    /// Its own environment, for the one of a login shell.
    Environment,
    /// What is wrong with the configuration on stdin, a list in JSON.
    Problems,
}

type Failure = Box<dyn std::error::Error>;

fn options(mut parser: lexopt::Parser) -> Result<Options, Failure> {
    let mut options = Options {
        log_file: None,
        log_level: Level::INFO,
        prints: None,
        hold: None,
        hook: None,
        host: false,
        serve: false,
        tour: None,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            lexopt::Arg::Long("log-file") => options.log_file = Some(parser.value()?.into()),
            // What the configuration says. It is checked as a whole when Neovim has greeted.
            lexopt::Arg::Long("log-level") => {
                options.log_level =
                    parser.value()?.to_string_lossy().parse().unwrap_or(Level::INFO);
            }
            lexopt::Arg::Long("version") => options.prints = Some(Prints::Version),
            lexopt::Arg::Long("build") => options.prints = Some(Prints::Build),
            lexopt::Arg::Long("environment") => options.prints = Some(Prints::Environment),
            lexopt::Arg::Long("check-config") => options.prints = Some(Prints::Problems),
            lexopt::Arg::Value(word) if word == "hold" => {
                options.hold = Some(parser.value()?.into());
            }
            lexopt::Arg::Value(word) if word == "hook" => {
                options.hook = Some(parser.value()?.to_string_lossy().into_owned());
            }
            lexopt::Arg::Value(word) if word == "host" => options.host = true,
            lexopt::Arg::Value(word) if word == "serve" => options.serve = true,
            lexopt::Arg::Value(word) if word.as_encoded_bytes().starts_with(b"tour") => {
                let words = parser.raw_args()?.collect();
                options.tour = Some((word.to_string_lossy().into_owned(), words));
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), Failure> {
    if let Some(what) = &options.prints {
        return print(what);
    }
    if options.host {
        return Ok(polecat::fleet::begin(&polecat::session::local_launch())?);
    }
    if let Some(pipe) = &options.hold {
        return Ok(polecat::tmux::hold(pipe, polecat::session::local_launch())?);
    }
    if let Some(tmux) = &options.hook {
        return Ok(polecat::session::report_hook(tmux.clone(), &polecat::session::local_launch())?);
    }
    if let Some((part, words)) = &options.tour {
        return tour(part, words);
    }
    if let Some(path) = &options.log_file {
        log_to(path, options.log_level)?;
    }
    // One thread: a call is a matter of waiting, and handing it from thread to thread took half of
    // its time. What computes or reads files for long has threads of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let launch = polecat::session::local_launch();
    let served = if options.serve {
        runtime.block_on(polecat::rpc::serve_hub(launch))
    } else {
        runtime.block_on(polecat::rpc::serve(launch))
    };
    // A file may still be read, or a terminal that is stdin, on a thread that nothing can wake.
    runtime.shutdown_background();
    Ok(served?)
}

fn print(what: &Prints) -> Result<(), Failure> {
    let text = match what {
        Prints::Version => {
            let (version, protocol) = (env!("CARGO_PKG_VERSION"), polecat::rpc::PROTOCOL);
            format!("polecat-nvim {version} (protocol {protocol})\n")
        }
        Prints::Build => format!("{}\n", polecat::core::build::MARK),
        Prints::Environment => return Ok(polecat::fleet::print_environment()?),
        Prints::Problems => {
            let mut hello = Vec::new();
            io::Read::read_to_end(&mut io::stdin(), &mut hello)?;
            serde_json::to_string(&polecat::rpc::config_problems(&hello)?)?
        }
    };
    Ok(io::Write::write_all(&mut io::stdout(), text.as_bytes())?)
}

fn tour(part: &str, words: &[OsString]) -> Result<(), Failure> {
    let launch = polecat::session::local_launch();
    match (part, words) {
        ("tour", [tmux, around]) => {
            polecat::tour::show(tmux, around, &launch)?;
        }
        ("tour-guard", [folder, tmux]) => {
            polecat::tour::guard(Path::new(folder), tmux, &launch)?;
        }
        ("tour-agent", words) => polecat::tour::act(words, &launch)?,
        _ => return Err(format!("`{part}`: unknown, or not with these words").into()),
    }
    Ok(())
}

fn log_to(path: &Path, level: Level) -> Result<(), Failure> {
    let told = |error: io::Error| format!("the log file `{}`: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    if fs::metadata(path).is_ok_and(|file| file.len() > LOG_LIMIT) {
        fs::rename(path, path.with_extension("old.log")).map_err(told)?;
    }
    // At `trace` it holds what agents are started with, their environment included.
    let options = fs::OpenOptions::new().create(true).append(true).mode(0o600).clone();
    let file = options.open(path).map_err(told)?;
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .init();
    Ok(())
}
