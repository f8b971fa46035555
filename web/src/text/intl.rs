//! Numbers and dates, formatted by the browser's `Intl` in the language of the page. Natively, in English.

/// The language of the formatters, set before the first render.
#[cfg(target_arch = "wasm32")]
mod browser {
    use std::cell::{OnceCell, RefCell};

    use js_sys::{Array, Date, Function, Intl, Object, Reflect};
    use txjobs_sdk::Timestamp;
    use wasm_bindgen::JsValue;

    thread_local! {
        static LOCALE: RefCell<String> = RefCell::new("en-GB".to_owned());
        static NUMBER: OnceCell<Function> = const { OnceCell::new() };
        static DAY_MONTH: OnceCell<Function> = const { OnceCell::new() };
        static DAY_MONTH_YEAR: OnceCell<Function> = const { OnceCell::new() };
        static WEEKDAY: OnceCell<Function> = const { OnceCell::new() };
        static SHORT_WEEKDAY: OnceCell<Function> = const { OnceCell::new() };
    }

    /// Sets the language. British English has the day before the month, as the console always had.
    pub(in crate::text) fn set_language(code: &str) {
        LOCALE.set(if code == "en" { "en-GB" } else { code }.to_owned());
    }

    fn locales() -> Array {
        LOCALE.with_borrow(|locale| Array::of1(&JsValue::from_str(locale)))
    }

    fn date_format(options: &[(&str, &str)]) -> Function {
        let object = Object::new();
        for (name, value) in options.iter().chain(&[("timeZone", "UTC")]) {
            let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
        }
        Intl::DateTimeFormat::new(&locales(), &object).format()
    }

    fn call(format: &Function, value: &JsValue) -> Option<String> {
        format.call1(&JsValue::UNDEFINED, value).ok()?.as_string()
    }

    fn format_date(format: &Function, millis: i64) -> String {
        let text = call(format, &Date::new(&JsValue::from_f64(millis as f64)));
        // The browser's dates end in the year 275760.
        text.unwrap_or_else(|| Timestamp::from_unix_millis(millis).to_string())
    }

    /// Formats a number with the separators of the language, for example `1,204`.
    pub fn count(number: usize) -> String {
        NUMBER.with(|format| {
            let format = format.get_or_init(|| Intl::NumberFormat::new(&locales(), &Object::new()).format());
            call(format, &JsValue::from_f64(number as f64)).unwrap_or_else(|| number.to_string())
        })
    }

    /// Formats a day, for example `14 Mar`. `millis` are since 1970 and are taken as UTC.
    pub fn day_and_month(millis: i64) -> String {
        DAY_MONTH.with(|format| {
            let new = || date_format(&[("day", "numeric"), ("month", "short")]);
            format_date(format.get_or_init(new), millis)
        })
    }

    /// Formats a day, for example `14 Mar 2025`.
    pub fn day_month_year(millis: i64) -> String {
        DAY_MONTH_YEAR.with(|format| {
            let new = || date_format(&[("day", "numeric"), ("month", "short"), ("year", "numeric")]);
            format_date(format.get_or_init(new), millis)
        })
    }

    /// Returns the day of the week, for example `Sunday`, or short `Sun`.
    pub fn weekday(millis: i64, is_short: bool) -> String {
        let (format, length) = if is_short { (&SHORT_WEEKDAY, "short") } else { (&WEEKDAY, "long") };
        format.with(|format| format_date(format.get_or_init(|| date_format(&[("weekday", length)])), millis))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use txjobs_sdk::Timestamp;

    /// The first day of 1970 was a Thursday.
    const WEEKDAYS: [&str; 7] =
        ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"];

    pub(in crate::text) fn set_language(_code: &str) {}

    /// Formats a number with separators, for example `1,204`.
    pub fn count(number: usize) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }

    /// Formats a day, for example `14 Mar`. `millis` are since 1970 and are taken as UTC.
    pub fn day_and_month(millis: i64) -> String {
        let text = Timestamp::from_unix_millis(millis).to_string();
        let part = |range| text.get(range).and_then(|part: &str| part.parse::<usize>().ok());
        match (part(8..10), part(5..7)) {
            (Some(day), Some(month)) => format!("{day} {}", MONTHS[(month + 11) % 12]),
            _ => text,
        }
    }

    /// Formats a day, for example `14 Mar 2025`.
    pub fn day_month_year(millis: i64) -> String {
        let text = Timestamp::from_unix_millis(millis).to_string();
        format!("{} {}", day_and_month(millis), text.get(..4).unwrap_or_default())
    }

    /// Returns the day of the week, for example `Sunday`, or short `Sun`.
    pub fn weekday(millis: i64, is_short: bool) -> String {
        let name = WEEKDAYS[millis.div_euclid(86_400_000).rem_euclid(7) as usize];
        name[..if is_short { 3 } else { name.len() }].to_owned()
    }
}

#[cfg(target_arch = "wasm32")]
pub(super) use browser::set_language;
#[cfg(target_arch = "wasm32")]
pub use browser::{count, day_and_month, day_month_year, weekday};
#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::set_language;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{count, day_and_month, day_month_year, weekday};
