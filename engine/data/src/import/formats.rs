//! The formats of vendors: how to tell them, and their rows in our columns.

use std::collections::BTreeMap;

use super::{Format, RawSeries, Source, times};
use crate::error::DataError;
use crate::text;

/// Columns that every bar has, in the order they are given on.
const BARS: [&str; 5] = ["time", "open", "high", "low", "close"];
/// Columns of a Binance kline.
const KLINE_FIELDS: usize = 12;

/// The lines of a source with their numbers, empty ones left out.
fn lines(source: &Source) -> impl Iterator<Item = (u64, &str)> {
    let lines = (1_u64..).zip(source.text.lines().map(str::trim_end));
    lines.filter(|(_, line)| !line.is_empty())
}

fn fields(line: &str) -> Vec<String> {
    text::fields(line).map(|f| f.trim().to_owned()).collect()
}

/// The first line's fields, in lower case.
fn header(source: &Source) -> Vec<String> {
    lines(source).next().map_or_else(Vec::new, |(_, line)| fields(&line.to_lowercase()))
}

/// Tells the format from the first file.
pub(super) fn detect(sources: &[Source]) -> Result<(Format, String), DataError> {
    let Some(source) = sources.first() else {
        return Ok((Format::Plain, String::new()));
    };
    let names = header(source);
    let has = |name: &str| names.iter().any(|n| n == name);
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    let first = names.first().map_or("", String::as_str);
    if has("time_key") && (has("last_close") || has("turnover_rate") || has("pe_ratio") || has("code")) {
        return Ok((Format::Futu, "the columns are those of a Futu K-line table (time_key, ...)".to_owned()));
    }
    if first == "date" && has("adj close") {
        return Ok((Format::Yahoo, "the columns are those of a Yahoo download (Date, ..., Adj Close)".to_owned()));
    }
    if names.len() == KLINE_FIELDS && (digits(first, 13) || digits(first, 16)) {
        return Ok((
            Format::Binance,
            "12 columns without a header, the first an epoch time: Binance klines".to_owned(),
        ));
    }
    if has("open_time") && has("close_time") {
        return Ok((Format::Binance, "the columns are those of Binance klines (open_time, close_time)".to_owned()));
    }
    let whole = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if names.len() == 6 && names[1..].iter().all(|f| whole(f)) {
        let dated = first.len() == 14 && first.get(..8).is_some_and(|date| digits(date, 8));
        if dated || first.len() <= 8 && whole(first) {
            return Ok((Format::Lean, "6 columns of whole numbers without a header: a Lean file".to_owned()));
        }
    }
    if ["time", "date", "time_key", "ts", "datetime", "timestamp"].iter().any(|n| has(n)) && has("close") {
        return Ok((Format::Plain, "the columns have the names of our own price files".to_owned()));
    }
    let found = names.iter().take(12).cloned().collect::<Vec<_>>().join(",");
    let problem = format!("is of no known format: found {found}; say --format futu, yahoo, binance, lean or plain");
    Err(DataError::line(&source.path, 1, problem))
}

/// The rows of all sources by symbol.
pub(super) fn read(format: Format, sources: &[Source], notes: &mut Vec<String>) -> Result<Vec<RawSeries>, DataError> {
    let mut all = Series::default();
    for (number, source) in sources.iter().enumerate() {
        match format {
            Format::Futu => table(number, source, &FUTU, &mut all, notes)?,
            Format::Yahoo => table(number, source, &YAHOO, &mut all, notes)?,
            Format::Plain => table(number, source, &PLAIN, &mut all, notes)?,
            Format::Binance => binance(number, source, &mut all)?,
            Format::Lean => lean(number, source, &mut all)?,
        }
    }
    let all: Vec<RawSeries> = all.by_code.into_values().collect();
    match (all.is_empty(), sources.first()) {
        (true, Some(source)) => Err(DataError::file(&source.path, "has a header but no rows")),
        _ => Ok(all),
    }
}

/// Series by their code, as they fill.
#[derive(Default)]
struct Series {
    by_code: BTreeMap<String, RawSeries>,
}

impl Series {
    fn push(
        &mut self,
        code: &str,
        columns: &[&'static str],
        values: &[&str],
        place: (usize, u64),
    ) -> Result<(), String> {
        if !self.by_code.contains_key(code) {
            let new = RawSeries {
                code: code.to_owned(),
                columns: columns.to_vec(),
                lines: Vec::new(),
                places: Vec::new(),
                bars: None,
            };
            self.by_code.insert(code.to_owned(), new);
        }
        let Some(series) = self.by_code.get_mut(code) else {
            return Ok(());
        };
        if series.columns != columns {
            return Err(format!("has other columns than the files before: {}", columns.join(",")));
        }
        let mut line = String::new();
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                line.push(',');
            }
            text::push_field(&mut line, value);
        }
        series.lines.push(line);
        series.places.push(place);
        Ok(())
    }
}

/// A format with a header: our column, and the names it may have there.
struct Layout {
    columns: &'static [(&'static str, &'static [&'static str])],
    /// Columns that name the symbol.
    code: &'static [&'static str],
    /// Columns that name the bar length.
    length: Option<&'static str>,
    /// Columns that are known and not taken.
    known: &'static [&'static str],
}

const FUTU: Layout = Layout {
    columns: &[
        ("time", &["time_key"]),
        ("open", &["open"]),
        ("high", &["high"]),
        ("low", &["low"]),
        ("close", &["close"]),
        ("volume", &["volume"]),
        ("turnover", &["turnover"]),
    ],
    code: &["code"],
    length: Some("k_type"),
    known: &["name", "pe_ratio", "turnover_rate", "change_rate", "last_close", ""],
};

const YAHOO: Layout = Layout {
    columns: &[
        ("time", &["date"]),
        ("open", &["open"]),
        ("high", &["high"]),
        ("low", &["low"]),
        ("close", &["close"]),
        ("volume", &["volume"]),
        ("adj_close", &["adj close"]),
    ],
    code: &[],
    length: None,
    known: &[],
};

const PLAIN: Layout = Layout {
    columns: &[
        ("time", &["time", "date", "time_key", "ts", "datetime", "timestamp"]),
        ("open", &["open"]),
        ("high", &["high"]),
        ("low", &["low"]),
        ("close", &["close"]),
        ("volume", &["volume", "vol"]),
        ("turnover", &["turnover", "amount"]),
        ("adj_close", &["adj_close", "adj close"]),
    ],
    code: &["code", "symbol", "ticker"],
    length: None,
    known: &[],
};

fn table(
    number: usize,
    source: &Source,
    layout: &Layout,
    all: &mut Series,
    notes: &mut Vec<String>,
) -> Result<(), DataError> {
    let path = &source.path;
    let mut lines = lines(source);
    let Some((first, line)) = lines.next() else {
        return Err(DataError::file(path, "is empty, expected a header and rows"));
    };
    if let Some(problem) = text::wrong_separator(line) {
        return Err(DataError::line(path, first, problem));
    }
    let names = fields(&line.to_lowercase());
    let at = |wanted: &[&str]| names.iter().position(|n| wanted.contains(&n.as_str()));
    let mut columns = Vec::new();
    let mut places = Vec::new();
    for (column, wanted) in layout.columns {
        match at(wanted) {
            Some(place) => {
                columns.push(*column);
                places.push(place);
            }
            None if BARS.contains(column) => {
                let problem = format!("column {} is missing; found {}", wanted[0], names.join(","));
                return Err(DataError::line(path, first, problem));
            }
            None => {}
        }
    }
    let code_at = at(layout.code);
    let length_at = layout.length.and_then(|name| at(&[name]));
    let unknown = |(i, name): &(usize, &String)| {
        !places.contains(i) && code_at != Some(*i) && length_at != Some(*i) && !layout.known.contains(&name.as_str())
    };
    for (_, name) in names.iter().enumerate().filter(unknown) {
        notes.push(format!("{}:{first}: column {name} left out", path.display()));
    }
    let mut nulls = 0;
    for (line_number, line) in lines {
        let wrong = |problem: String| DataError::line(path, line_number, problem);
        if line.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
            return Err(wrong("has a line end inside quotes".to_owned()));
        }
        let row = fields(line);
        if row.len() != names.len() {
            return Err(wrong(format!("has {} fields, expected {} as in the header", row.len(), names.len())));
        }
        let time = times::plain(&row[places[0]])
            .map_err(|problem| DataError::field(path, line_number, &names[places[0]], problem))?;
        let mut values: Vec<&str> = places.iter().map(|place| row[*place].as_str()).collect();
        // Yahoo writes a day without data as a row of nulls.
        if values[1..].iter().all(|v| v.eq_ignore_ascii_case("null")) {
            nulls += 1;
            continue;
        }
        values[0] = &time;
        let code = code_at.map_or("", |place| row[place].as_str());
        if code_at.is_some() && code.is_empty() {
            return Err(DataError::field(path, line_number, &names[code_at.unwrap_or(0)], "is empty"));
        }
        all.push(code, &columns, &values, (number, line_number)).map_err(wrong)?;
        if let (Some(place), Some(series)) = (length_at, all.by_code.get_mut(code)) {
            let length = &row[place];
            if series.bars.get_or_insert_with(|| length.clone()) != length {
                return Err(wrong(format!("is a bar of {length} among others of another length")));
            }
        }
    }
    if nulls > 0 {
        notes.push(format!("{}: {nulls} rows of null left out", path.display()));
    }
    Ok(())
}

fn binance(number: usize, source: &Source, all: &mut Series) -> Result<(), DataError> {
    let columns = ["time", "open", "high", "low", "close", "volume", "turnover"];
    for (i, (line_number, line)) in lines(source).enumerate() {
        let wrong = |problem: String| DataError::line(&source.path, line_number, problem);
        let row = fields(line);
        if i == 0 && row[0].eq_ignore_ascii_case("open_time") {
            continue;
        }
        if row.len() != KLINE_FIELDS {
            return Err(wrong(format!("has {} fields, expected {KLINE_FIELDS} of a kline", row.len())));
        }
        let problem = |problem| DataError::field(&source.path, line_number, "open_time", problem);
        let time = times::epoch(&row[0]).map_err(problem)?;
        // open time, open, high, low, close, volume, close time, quote volume, ...
        let values = [&time, &row[1], &row[2], &row[3], &row[4], &row[5], &row[7]].map(String::as_str);
        all.push("", &columns, &values, (number, line_number)).map_err(wrong)?;
    }
    Ok(())
}

fn lean(number: usize, source: &Source, all: &mut Series) -> Result<(), DataError> {
    let columns = ["time", "open", "high", "low", "close", "volume"];
    let stem = source.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // 20131008_spy_minute_trade, or the symbol alone.
    let dated = stem.split_once('_').filter(|(d, _)| d.len() == 8 && d.bytes().all(|b| b.is_ascii_digit()));
    let code = dated.map_or(stem.as_str(), |(_, rest)| rest.split('_').next().unwrap_or(rest)).to_owned();
    for (line_number, line) in lines(source) {
        let row = fields(line);
        if row.len() != columns.len() {
            let problem =
                format!("has {} fields, expected {}: time, open, high, low, close, volume", row.len(), columns.len());
            return Err(DataError::line(&source.path, line_number, problem));
        }
        let field = |at: usize, problem: String| DataError::field(&source.path, line_number, columns[at], problem);
        let time = match dated {
            Some((date, _)) if !row[0].contains(' ') => times::in_day(date, &row[0]),
            None if !row[0].contains(' ') => {
                Err("is in milliseconds since midnight, and no date stands in the file's name".to_owned())
            }
            _ => times::plain(&row[0]),
        };
        let time = time.map_err(|problem| field(0, problem))?;
        let mut values = vec![time];
        for (at, value) in row.iter().enumerate().take(5).skip(1) {
            values.push(
                ten_thousandths(value).ok_or_else(|| {
                    field(at, format!("`{value}` is no price, expected a whole number of 1e-4 dollars"))
                })?,
            );
        }
        values.push(row[5].clone());
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        all.push(&code, &columns, &values, (number, line_number))
            .map_err(|problem| DataError::line(&source.path, line_number, problem))?;
    }
    Ok(())
}

/// `1841200` to `184.12`.
fn ten_thousandths(text: &str) -> Option<String> {
    let number: u64 = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    let text = format!("{}.{:04}", number / 10_000, number % 10_000);
    Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}
