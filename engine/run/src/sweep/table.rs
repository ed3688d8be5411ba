//! `results.parquet`: one row per cell that has an outcome, and back.

use std::path::Path;

use engine_data::DataError;
use engine_data::run_tables::{Column, Table};

use super::cell::CellOutcome;
use super::figures::{COUNT, COUNTS, Figures, NAMES};
use super::plan::Plan;
use super::spec::Spec;
use super::value::Scalar;

/// The rows of the cells that have an outcome, in canonical order: number of the
/// cell, parameters, status and reason, figures, result and digest.
pub(crate) fn of(spec: &Spec, plan: &Plan, outcomes: &[Option<CellOutcome>]) -> Table {
    let rows: Vec<(usize, &CellOutcome)> =
        outcomes.iter().enumerate().filter_map(|(i, o)| o.as_ref().map(|o| (i, o))).collect();
    let mut columns = vec![("cell".to_owned(), Column::I64(rows.iter().map(|(i, _)| *i as i64).collect()))];
    let values: Vec<Vec<Scalar>> = rows.iter().map(|(i, _)| plan.values(spec, *i)).collect();
    for (at, axis) in spec.axes.iter().enumerate() {
        columns.push((format!("parameter.{}", axis.name), parameter(&values, at)));
    }
    let text = |f: &dyn Fn(&CellOutcome) -> &str| Column::Text(rows.iter().map(|(_, o)| f(o).to_owned()).collect());
    columns.push(("status".to_owned(), text(&status)));
    columns.push((
        "reason".to_owned(),
        text(&|o| match o {
            CellOutcome::Invalid(reason) | CellOutcome::Failed(reason) => reason,
            CellOutcome::Done { .. } => "",
        }),
    ));
    for (at, name) in NAMES.iter().enumerate() {
        let figure = rows.iter().map(|(_, o)| match o {
            CellOutcome::Done { figures, .. } => figures.at(at),
            _ => None,
        });
        columns.push(((*name).to_owned(), Column::OptF64(figure.collect())));
    }
    let done = |f: fn(&CellOutcome) -> Option<&str>| text(&move |o| f(o).unwrap_or(""));
    columns.push((
        "result".to_owned(),
        done(|o| match o {
            CellOutcome::Done { result, .. } => Some(result),
            _ => None,
        }),
    ));
    columns.push((
        "digest".to_owned(),
        done(|o| match o {
            CellOutcome::Done { digest, .. } => digest.as_deref(),
            _ => None,
        }),
    ));
    Table { name: "results".to_owned(), columns }
}

/// Whole numbers, numbers, yes or no, else text.
fn parameter(values: &[Vec<Scalar>], at: usize) -> Column {
    let of = || values.iter().filter_map(|v| v.get(at));
    if of().all(|v| matches!(v, Scalar::Integer(_))) {
        let whole = |v: &Scalar| if let Scalar::Integer(n) = v { *n } else { 0 };
        return Column::I64(of().map(whole).collect());
    }
    if of().all(|v| v.number().is_some()) {
        return Column::F64(of().map(|v| v.number().unwrap_or(f64::NAN)).collect());
    }
    if of().all(|v| matches!(v, Scalar::Flag(_))) {
        return Column::Bool(of().map(|v| *v == Scalar::Flag(true)).collect());
    }
    Column::Text(of().map(ToString::to_string).collect())
}

fn status(outcome: &CellOutcome) -> &str {
    match outcome {
        CellOutcome::Done { .. } => "done",
        CellOutcome::Invalid(_) => "invalid",
        CellOutcome::Failed(_) => "failed",
    }
}

/// Puts the rows of a table back into `outcomes`.
pub(crate) fn restore(table: &Table, path: &Path, outcomes: &mut [Option<CellOutcome>]) -> Result<(), DataError> {
    let wrong = |problem: String| DataError::file(path, problem);
    let column = |name: &str| table.column(name).ok_or_else(|| wrong(format!("has no column {name}")));
    let text = |name: &str| match column(name)? {
        Column::Text(v) => Ok(v),
        _ => Err(wrong(format!("column {name} is no text"))),
    };
    let Column::I64(numbers) = column("cell")? else {
        return Err(wrong("column cell holds no whole numbers".to_owned()));
    };
    let (statuses, reasons, results, digests) = (text("status")?, text("reason")?, text("result")?, text("digest")?);
    let figures: Vec<&Column> = NAMES.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
    let all = outcomes.len();
    for row in 0..table.len() {
        let Some(slot) = usize::try_from(numbers[row]).ok().and_then(|cell| outcomes.get_mut(cell)) else {
            return Err(wrong(format!("row {}: cell {} of {all}", row + 1, numbers[row])));
        };
        *slot = Some(match statuses[row].as_str() {
            "done" => {
                let mut values = [f64::NAN; COUNT];
                for (value, column) in values.iter_mut().zip(&figures) {
                    *value = match column {
                        Column::OptF64(v) => v[row].unwrap_or(f64::NAN),
                        Column::F64(v) => v[row],
                        _ => f64::NAN,
                    };
                }
                let digest = Some(digests[row].clone()).filter(|d| !d.is_empty());
                CellOutcome::Done { figures: Figures(values), result: results[row].clone(), digest }
            }
            "invalid" => CellOutcome::Invalid(reasons[row].clone()),
            "failed" => CellOutcome::Failed(reasons[row].clone()),
            other => return Err(wrong(format!("row {}: status {other:?}", row + 1))),
        });
    }
    Ok(())
}

/// True for figures that are whole numbers.
pub(crate) fn is_count(name: &str) -> bool {
    COUNTS.contains(&name)
}
