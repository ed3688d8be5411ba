//! Definitions and column names as text.

use indicators::{ParseError, catalogue, parse};

#[test]
fn definitions_read_back() {
    for entry in catalogue() {
        let indicator = parse(entry.name).unwrap();
        let definition = indicator.definition();
        assert_eq!(parse(&definition).unwrap().definition(), definition);
        assert_eq!(indicator.outputs(), entry.outputs, "{definition}");
        assert_eq!(indicator.column_names().len(), entry.outputs.len(), "{definition}");
        assert_eq!(definition.split('(').next(), Some(entry.name));
    }
    for (text, definition) in [
        (" macd ", "macd(12,26,9,sma)"),
        ("macd( 5 , 35 )", "macd(5,35,9,sma)"),
        ("ema(12)", "ema(12,sma)"),
        ("bollinger(20,2.0)", "bollinger(20,2)"),
        ("bollinger(10,1.5)", "bollinger(10,1.5)"),
        ("vwap", "vwap(cumulative)"),
        ("obv()", "obv()"),
    ] {
        assert_eq!(parse(text).unwrap().definition(), definition);
    }
}

#[test]
fn column_names_are_those_of_the_command_line() {
    for (text, names) in [
        ("rsi(14)", "rsi_14"),
        ("sma(20)", "sma_20"),
        ("wma(10)", "wma_10"),
        ("ema(12)", "ema_12"),
        ("ema(12,first)", "ema_12_first"),
        ("macd", "macd macd_signal macd_hist"),
        ("macd(5,35,5)", "macd_5_35_5 macd_signal_5_35_5 macd_hist_5_35_5"),
        ("macd(12,26,9,first)", "macd_first macd_signal_first macd_hist_first"),
        ("bollinger(20,2)", "bb_upper bb_middle bb_lower"),
        ("bollinger(10,1.5)", "bb_upper_10_1.5 bb_middle_10_1.5 bb_lower_10_1.5"),
        ("atr(14)", "atr_14"),
        ("natr(14)", "natr_14"),
        ("true_range", "true_range"),
        ("adx(14)", "adx_14 plus_di_14 minus_di_14"),
        ("stochastic(14,3,3)", "stoch_k stoch_d"),
        ("stochastic(5,3,3)", "stoch_k_5_3_3 stoch_d_5_3_3"),
        ("vwap(cumulative)", "vwap"),
        ("vwap(20)", "vwap_20"),
        ("vwap(session)", "vwap_session"),
        ("obv", "obv"),
        ("std(20)", "std_20"),
        ("min(20)", "min_20"),
        ("max(20)", "max_20"),
        ("cci(20)", "cci_20"),
    ] {
        assert_eq!(parse(text).unwrap().column_names().join(" "), names, "{text}");
    }
}

#[test]
fn errors_say_what_was_found_and_what_was_expected() {
    for (text, message) in [
        ("rs(14)", "no indicator is called `rs`; did you mean `rsi`?"),
        ("SMA(20)", "no indicator is called `SMA`; did you mean `sma`?"),
        ("bolinger(20,2)", "no indicator is called `bolinger`; did you mean `bollinger`?"),
        ("rsi(14,3)", "rsi: found 2 arguments, expected at most: period"),
        ("obv(3)", "obv: found 1 arguments, expected none"),
        ("rsi(0)", "rsi: period is `0`, expected a whole number from 1 to 100000"),
        ("rsi(100001)", "rsi: period is `100001`, expected a whole number from 1 to 100000"),
        ("rsi(-3)", "rsi: period is `-3`, expected a whole number from 1 to 100000"),
        ("rsi(14.5)", "rsi: period is `14.5`, expected a whole number from 1 to 100000"),
        ("rsi(,)", "rsi: found 2 arguments, expected at most: period"),
        (
            "sma(99999999999999999999)",
            "sma: period is `99999999999999999999`, expected a whole number from 1 to 100000",
        ),
        ("ema(12,last)", "ema: seeding is `last`, expected sma or first"),
        ("bollinger(20,0)", "bollinger: width is `0`, expected a number above 0, at most 1000"),
        ("bollinger(20,nan)", "bollinger: width is `nan`, expected a number above 0, at most 1000"),
        (
            "vwap(daily)",
            "vwap: span is `daily`, expected cumulative or session, or a whole number \
            from 1 to 100000",
        ),
        ("macd(26,12,9)", "macd: fast is 26, expected at most slow, which is 12"),
        ("", "`` is no indicator, expected a name and arguments such as rsi(14)"),
        ("rsi(14", "`rsi(14` is no indicator, expected a name and arguments such as rsi(14)"),
        ("rsi(14))", "`rsi(14))` is no indicator, expected a name and arguments such as rsi(14)"),
        ("rsi 14", "`rsi 14` is no indicator, expected a name and arguments such as rsi(14)"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), message, "{text}");
    }
    let error = parse("nosuchthing").unwrap_err();
    assert!(matches!(error, ParseError::UnknownName { .. }));
}
