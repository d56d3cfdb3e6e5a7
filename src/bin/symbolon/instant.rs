//! A point in time as it is written on the command line.

use symbolon::UnixTime;

/// Reads `2026-05-28`, `2026-05-28T12:00:00Z`, or seconds since 1970-01-01T00:00:00Z.
pub(crate) fn instant(text: &str) -> Result<UnixTime, String> {
    let seconds = text.parse().ok().or_else(|| civil(text));
    seconds.map(UnixTime).ok_or_else(|| "write 2026-05-28, 2026-05-28T12:00:00Z, or seconds since 1970".to_owned())
}

fn civil(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time.strip_suffix('Z')?, ':')?;
    let sound = (1..=9999).contains(&year) && (1..=12).contains(&month) && hour < 24 && minute < 60 && second < 60;
    if !sound || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let years = year - 1;
    let leap_days = years / 4 - years / 100 + years / 400;
    let days = years * 365 + leap_days + (1..month).map(|month| days_of(year, month)).sum::<i64>() + day - 1;
    // From 0001-01-01 to 1970-01-01.
    Some((days - 719_162) * 86_400 + hour * 3600 + minute * 60 + second)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn numbers(text: &str, gap: char) -> Option<[i64; 3]> {
    let read = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?;
    text.split(gap).map(read).collect::<Option<Vec<i64>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_seconds_are_read_and_what_is_none_is_refused() {
        assert_eq!(instant("1970-01-01"), Ok(UnixTime(0)));
        assert_eq!(instant("2026-05-28T20:26:40Z"), Ok(UnixTime(1_780_000_000)));
        assert_eq!(instant("1780000000"), Ok(UnixTime(1_780_000_000)));
        assert_eq!(instant("2000-02-29"), Ok(UnixTime(951_782_400)));
        for text in ["", "yesterday", "2026-02-29", "2026-13-01", "2026-05-28T24:00:00Z", "2026-05-28T12:00:00", "26-5"]
        {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
