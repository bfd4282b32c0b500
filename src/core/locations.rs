//! Locations in files that an agent's output names, such as `src/main.rs:12:5`.

/// The largest line or column that Neovim has a number for.
const NUMBER_LIMIT: u32 = i32::MAX.cast_unsigned();

/// What may be a path in a line of output, with the line and column that stand behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// As it is written.
    pub path: Vec<u8>,
    /// From 1, as all agents count.
    pub line: Option<u32>,
    /// In bytes from 1.
    pub column: Option<u32>,
    /// The bytes of the line that it takes, with line and column.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

/// All that may be a location in `line`, in order.
#[must_use]
pub fn locations(line: &[u8]) -> Vec<Location> {
    let line = without_frames(line);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(start) = line[at..].iter().position(|byte| in_path(*byte)).map(|skip| at + skip)
    {
        let length = line[start..].iter().position(|byte| !in_path(*byte));
        let end = length.map_or(line.len(), |length| start + length);
        found.extend(location(&line, start, end));
        at = end;
    }
    found
}

/// The one that the byte `column` of `line` is in.
#[must_use]
pub fn location_at(line: &[u8], column: usize) -> Option<Location> {
    locations(line).into_iter().find(|found| (found.start..found.end).contains(&column))
}

fn location(line: &[u8], start: usize, end: usize) -> Option<Location> {
    let (path, behind) = (&line[start..end], &line[end..]);
    let dots = path.iter().rev().take_while(|byte| **byte == b'.').count();
    let path = path[..path.len() - dots].to_vec();
    let position = position(behind);
    let (line, column, length) = position.unwrap_or((None, None, 0));
    let end = if length > 0 { end + length } else { start + path.len() };
    (!path.is_empty()).then_some(Location { path, line, column, start, end })
}

/// The line and column that `text` begins with, and the bytes that they take: `:12:5`, `:12`,
/// `(12,5)` or `", line 12`.
fn position(text: &[u8]) -> Option<(Option<u32>, Option<u32>, usize)> {
    let mut rest = Cursor { text, at: 0 };
    if rest.skip(b"\", line ") {
        let line = rest.number()?;
        return Some((Some(line), None, rest.at));
    } else if rest.skip(b"(") {
        let line = rest.number()?;
        let comma = rest.skip(b",");
        while rest.skip(b" ") {}
        let column = rest.number()?;
        return (comma && rest.skip(b")")).then_some((Some(line), Some(column), rest.at));
    } else if !rest.skip(b":") {
        return None;
    }
    let line = rest.number()?;
    let end = rest.at;
    match rest.skip(b":").then(|| rest.number()).flatten() {
        Some(column) => Some((Some(line), Some(column), rest.at)),
        None => Some((Some(line), None, end)),
    }
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn skip(&mut self, text: &[u8]) -> bool {
        let is_there = self.text[self.at..].starts_with(text);
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    /// The number here; agents write larger ones than Neovim has.
    fn number(&mut self) -> Option<u32> {
        let digits = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit());
        let mut number = None;
        for digit in digits {
            let more = number.unwrap_or(0_u32).saturating_mul(10);
            number = Some(more.saturating_add(u32::from(digit - b'0')).min(NUMBER_LIMIT));
            self.at += 1;
        }
        number
    }
}

fn in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._/~@+-".contains(&byte) || byte >= 0x80
}

/// `line` with blanks in place of box-drawing characters, which are drawn around text without a
/// blank in between.
fn without_frames(line: &[u8]) -> Vec<u8> {
    let mut line = line.to_vec();
    for at in 0..line.len().saturating_sub(2) {
        if line[at] == 0xe2 && (0x94..=0x97).contains(&line[at + 1]) {
            line[at..at + 3].fill(b' ');
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(String, Option<u32>, Option<u32>)> {
        let text = |path: Vec<u8>| String::from_utf8_lossy(&path).into_owned();
        locations(line.as_bytes())
            .into_iter()
            .map(|found| (text(found.path), found.line, found.column))
            .collect()
    }

    fn one(line: &str) -> (String, Option<u32>, Option<u32>) {
        found(line).into_iter().find(|(_, line, _)| line.is_some()).unwrap_or_default()
    }

    #[test]
    fn a_line_and_a_column_are_told_in_the_ways_of_compilers() {
        let main = |line, column| ("src/main.rs".to_owned(), Some(line), column);
        assert_eq!(one("--> src/main.rs:12:5"), main(12, Some(5)));
        assert_eq!(one("src/main.rs:12: wrong"), main(12, None));
        assert_eq!(one("at src/main.rs(12, 5)"), main(12, Some(5)));
        assert_eq!(one("File \"src/main.rs\", line 12"), main(12, None));
        assert_eq!(one("│src/main.rs:12│"), main(12, None));
        assert_eq!(found("src/main.rs(12)")[0], ("src/main.rs".to_owned(), None, None));
        assert_eq!(
            found("see a/b.txt."),
            [("see".to_owned(), None, None), ("a/b.txt".to_owned(), None, None)]
        );
        assert!(found(" ... ┄┄ ").is_empty());
    }

    #[test]
    fn a_number_is_one_that_neovim_has() {
        let long = "9".repeat(30);
        let most = Some(i32::MAX.cast_unsigned());
        assert_eq!(one(&format!("x.rs:{long}:{long}")), ("x.rs".to_owned(), most, most));
    }

    #[test]
    fn the_cursor_is_on_a_path_or_on_what_stands_behind_it() {
        let line = "see a.rs:3:7, or b";
        let at = |column| location_at(line.as_bytes(), column).map(|found| found.path);
        for column in 4..12 {
            assert_eq!(at(column).as_deref(), Some(&b"a.rs"[..]), "{column}");
        }
        assert_eq!(at(12), None);
        assert_eq!(at(17).as_deref(), Some(&b"b"[..]));
        assert_eq!(at(99), None);
    }
}
