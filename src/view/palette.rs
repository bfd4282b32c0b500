//! Styles in fewer colours. Neovim has room for some 20,000 highlight groups of everybody's and
//! takes none back, so that of many styles only so many can be drawn as they are.

use super::frame::{Color, Style};

/// The values of a channel in the 6x6x6 cube of 256-colour terminals, whose first is colour 16.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// Those of a coarse cube, with which there are at most 44 x 44 styles.
const COARSE: [u8; 3] = [0, 135, 255];

/// `style` as it is; in the colours of a 256-colour terminal; and in so few colours, and nothing
/// else, that there are few such styles. The last one stands for those that would follow.
#[must_use]
pub fn stages(style: &Style) -> Vec<Style> {
    let in_cube = Style {
        foreground: style.foreground.map(|color| rounded(color, &CUBE)),
        background: style.background.map(|color| rounded(color, &CUBE)),
        underline_color: None,
        ..style.clone()
    };
    let coarse = Style {
        foreground: style.foreground.map(|color| rounded(color, &COARSE)),
        background: style.background.map(|color| rounded(color, &COARSE)),
        ..Style::default()
    };
    let mut stages = vec![style.clone(), in_cube, coarse];
    while let [.., before, last] = &stages[..]
        && before == last
    {
        stages.pop();
    }
    stages
}

/// The nearest colour of the 6x6x6 cube, for terminals without true colour.
#[must_use]
pub fn index(color: Color) -> u8 {
    match color {
        Color::Palette(index) => index,
        Color::Rgb(r, g, b) => {
            let [r, g, b] = [r, g, b].map(|channel| nearest(channel, &CUBE));
            u8::try_from(16 + r * 36 + g * 6 + b).unwrap_or(u8::MAX)
        }
    }
}

fn rounded(color: Color, levels: &[u8]) -> Color {
    match color {
        Color::Palette(_) => color,
        Color::Rgb(r, g, b) => {
            let [r, g, b] = [r, g, b].map(|channel| levels[nearest(channel, levels)]);
            Color::Rgb(r, g, b)
        }
    }
}

/// Which of `levels` is nearest to `channel`.
fn nearest(channel: u8, levels: &[u8]) -> usize {
    let distance = |place: &usize| levels[*place].abs_diff(channel);
    (0..levels.len()).min_by_key(distance).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(color: Color) -> Style {
        Style { foreground: Some(color), ..Style::default() }
    }

    #[test]
    fn a_colour_is_rounded_to_the_nearest_and_one_of_the_palette_stays() {
        let seen = Style { bold: true, ..style(Color::Rgb(100, 200, 40)) };
        let cube = Style { bold: true, ..style(Color::Rgb(95, 215, 0)) };
        assert_eq!(stages(&seen), [seen, cube, style(Color::Rgb(135, 255, 0))]);
        assert_eq!(stages(&style(Color::Palette(3))), [style(Color::Palette(3))]);
        let bold = Style { bold: true, ..style(Color::Palette(3)) };
        assert_eq!(stages(&bold), [bold.clone(), bold, style(Color::Palette(3))]);
    }

    #[test]
    fn a_colour_has_its_index_in_the_cube() {
        assert_eq!(index(Color::Palette(7)), 7);
        assert_eq!(index(Color::Rgb(0, 0, 0)), 16);
        assert_eq!(index(Color::Rgb(250, 255, 255)), 231);
        assert_eq!(index(Color::Rgb(95, 0, 135)), 16 + 36 + 2);
    }
}
