//! How many values a message is made of: each may be one byte long, and takes forty as a value here.

/// The most that a message may have: ten thousand polecats have room in it.
const VALUE_LIMIT: usize = 1_000_000;

/// Whether `bytes` are not more values than a message may have. Whether they are values at all is not
/// looked at.
pub(super) fn fit(bytes: &[u8]) -> bool {
    let (mut rest, mut count) = (bytes, 0);
    while let Some((&marker, behind)) = rest.split_first() {
        count += 1;
        if count > VALUE_LIMIT {
            return false;
        }
        let Some(next) = behind.get(content(marker, behind)..) else { break };
        rest = next;
    }
    true
}

/// How long what belongs to a value is behind its marker; of arrays and maps without what is in them.
fn content(marker: u8, behind: &[u8]) -> usize {
    let number = |bytes: usize| {
        let digits = behind.get(..bytes).unwrap_or_default();
        digits.iter().fold(0_usize, |number, digit| (number << 8) | usize::from(*digit))
    };
    match marker {
        0xa0..=0xbf => usize::from(marker & 0x1f),
        // Bytes and strings, whose length stands in front, and others with their kind.
        0xc4 | 0xd9 => 1 + number(1),
        0xc5 | 0xda => 2 + number(2),
        0xc6 | 0xdb => 4 + number(4),
        0xc7 => 2 + number(1),
        0xc8 => 3 + number(2),
        0xc9 => 5 + number(4),
        // Numbers; how many are in an array or a map is one too.
        0xcc | 0xd0 => 1,
        0xcd | 0xd1 | 0xdc | 0xde | 0xd4 => 2,
        0xd5 => 3,
        0xca | 0xce | 0xd2 | 0xdd | 0xdf => 4,
        0xd6 => 5,
        0xcb | 0xcf | 0xd3 => 8,
        0xd7 => 9,
        0xd8 => 17,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use rmpv::Value;

    use super::*;

    fn packed(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, value).unwrap();
        bytes
    }

    /// One of each kind, and how long it is.
    #[test]
    fn the_end_of_each_value_is_found() {
        let mut values: Vec<Value> = [0, 1, 31, 32, 255, 256, 65_535, 65_536]
            .into_iter()
            .flat_map(|length| {
                let bytes = vec![b'x'; length];
                let kind = Value::Ext(1, bytes.clone());
                [Value::Binary(bytes.clone()), String::from_utf8(bytes).unwrap().into(), kind]
            })
            .collect();
        values.extend([1, 2, 4, 8, 16].map(|length| Value::Ext(1, vec![0; length])));
        for bits in [0, 6, 7, 8, 15, 16, 31, 32, 62] {
            values.extend([Value::from(1_i64 << bits), Value::from(-(1_i64 << bits))]);
        }
        values.extend([Value::Nil, true.into(), 0.5_f32.into(), 0.5.into(), u64::MAX.into()]);
        for value in values {
            let bytes = packed(&value);
            assert_eq!(content(bytes[0], &bytes[1..]), bytes.len() - 1, "{:?}", bytes.first());
        }
        for count in [1, 16, 70_000] {
            let array = packed(&Value::Array(vec![Value::Nil; count]));
            let pair = (Value::Nil, Value::Nil);
            let map = packed(&Value::Map(vec![pair; count]));
            assert_eq!(content(array[0], &array[1..]), array.len() - 1 - count);
            assert_eq!(content(map[0], &map[1..]), map.len() - 1 - 2 * count);
        }
    }

    #[test]
    fn more_than_a_message_may_have_do_not_fit_however_they_end() {
        assert!(fit(&vec![0xc0; VALUE_LIMIT]));
        assert!(!fit(&vec![0xc0; VALUE_LIMIT + 1]));
        assert!(fit(&[0xdb, 0xff, 0xff, 0xff, 0xff]));
        assert!(fit(&packed(&"x".repeat(VALUE_LIMIT + 1).into())));
    }
}
