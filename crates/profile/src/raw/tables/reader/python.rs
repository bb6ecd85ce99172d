//! Reads what the tables say about Python.

use super::*;
use crate::raw::{PythonLocation, RawPython};

pub(super) fn read_python(source: &impl TableSource, hot: &HotWords) -> Result<RawPython, RawError> {
    let length = |field: usize, most: usize| bounded_length(hot.process(field), most);
    let locations = length(offset_of!(ProcessRow, python_locations), MAX_PYTHON_LOCATIONS);
    let texts = length(offset_of!(ProcessRow, python_texts), MAX_PYTHON_TEXTS);
    let bytes = length(offset_of!(ProcessRow, python_text_bytes), PYTHON_TEXT_BYTES);
    let place = |list: usize| offset_of!(BulkTables, python) + list;
    let text = read_bulk(source, place(offset_of!(PythonTables, text)), bytes)?;
    let text: Vec<u8> = text.iter().flat_map(|word| word.to_ne_bytes()).take(bytes).collect();
    let row_words = |row: usize, count: usize| row / 4 * count;
    let text_rows = read_u32_list(
        source,
        place(offset_of!(PythonTables, texts)),
        row_words(size_of::<PythonTextRow>(), texts),
    )?;
    let location_rows = read_u32_list(
        source,
        place(offset_of!(PythonTables, locations)),
        row_words(size_of::<PythonLocationRow>(), locations),
    )?;
    let text_at = |number: u32| {
        let row = text_rows.get(number as usize * 2..)?;
        let (offset, bytes) = (*row.first()? as usize, *row.get(1)? as usize);
        Some(String::from_utf8_lossy(text.get(offset..offset.checked_add(bytes)?)?).into_owned())
    };
    let location = |row: &[u32]| PythonLocation {
        function: text_at(row[0]).unwrap_or_default(),
        file: text_at(row[1]).unwrap_or_default(),
        line: row[2],
    };
    Ok(RawPython {
        version: hot.process(offset_of!(ProcessRow, python_version)),
        state: hot.process(offset_of!(ProcessRow, python_state)),
        locations: location_rows.chunks_exact(size_of::<PythonLocationRow>() / 4).map(location).collect(),
    })
}
