"""What others wrote of the program: each package with its version, licence and licence texts."""

import pathlib
import re

# What every Rust program contains, and what one for Linux without a C library of the system's does.
BUILT_IN = """\
- Rust's standard library (MIT OR Apache-2.0), <https://github.com/rust-lang/rust>
- in programs for Linux: musl (MIT; copyright (c) 2005-2020 Rich Felker and others),
  <https://musl.libc.org>, and LLVM's libunwind (Apache-2.0 WITH LLVM-exception),
  <https://github.com/llvm/llvm-project>
"""

TEXTS = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)


def linked(metadata):
    """The packages whose code is in the program, by name and version."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    found, open_ids = set(), [root]
    while open_ids:
        node = nodes[open_ids.pop()]
        for dep in node["deps"]:
            is_linked = any(kind["kind"] is None for kind in dep["dep_kinds"])
            if is_linked and dep["pkg"] not in found:
                found.add(dep["pkg"])
                open_ids.append(dep["pkg"])
    chosen = [packages[one] for one in found]
    return sorted(chosen, key=lambda package: (package["name"], package["version"]))


def crate(package):
    """The package's source as it was published; cargo keeps it beside what it unpacked."""
    folder = pathlib.Path(package["manifest_path"]).parent
    return folder.parent.parent.parent / "cache" / folder.parent.name / f"{folder.name}.crate"


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if TEXTS.match(path.name) and path.is_file())
    return [path.read_text(errors="replace").strip() for path in files]


def page(packages):
    """THIRD-PARTY.md: who wrote what, then each text once."""
    lines = ["# What others wrote of `polecat-nvim`", "", BUILT_IN]
    named = {}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        source = package.get("repository") or f"https://crates.io/crates/{package['name']}"
        lines.append(f"- {name} ({package['license']}), <{source}>")
        for text in texts(package):
            named.setdefault(text, []).append(name)
    for text, names in sorted(named.items(), key=lambda item: item[1]):
        lines += ["", "## " + ", ".join(names), "", *("    " + line for line in text.splitlines())]
    return "\n".join(line.rstrip() for line in lines) + "\n"
