//! The fields of DHAT's file, under their names there and in its order, checked when parsed.

use super::{DhatError, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DhatFile {
    pub(super) dhat_file_version: u64,
    pub(super) mode: String,
    pub(super) verb: String,
    /// Whether blocks have lifetimes, and with them a peak and an end.
    pub(super) bklt: bool,
    pub(super) bkacc: bool,
    pub(super) tu: String,
    #[serde(rename = "Mtu")]
    pub(super) mtu: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tuth: Option<u64>,
    /// The command line.
    pub(super) cmd: String,
    pub(super) pid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tg: Option<u64>,
    pub(super) te: u64,
    /// Other fields, copied without change.
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
    /// Program points: sites.
    pub(super) pps: Vec<ProgramPoint>,
    /// The texts of frames; the first is `[root]`, which no stack names.
    pub(super) ftbl: Vec<String>,
}

/// One site.
#[derive(Deserialize, Serialize)]
pub(super) struct ProgramPoint {
    /// Bytes and blocks over the whole run.
    pub(super) tb: u64,
    pub(super) tbk: u64,
    /// The sum of lifetimes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tl: Option<u64>,
    /// The site's own peak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mbk: Option<u64>,
    /// What it held at the global peak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gbk: Option<u64>,
    /// What it held at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) eb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ebk: Option<u64>,
    #[serde(flatten)]
    pub(super) others: BTreeMap<String, Value>,
    /// The stack as places in `ftbl`, the innermost frame first.
    pub(super) fs: Vec<usize>,
}

/// The version is read first, because other versions have other fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionField {
    dhat_file_version: u64,
}

/// Whether the text is a DHAT file, of whatever version.
pub(super) fn is_dhat(json: &str) -> bool {
    serde_json::from_str::<VersionField>(json).is_ok()
}

impl DhatFile {
    pub(super) fn parse(json: &str) -> Result<DhatFile, DhatError> {
        let VersionField { dhat_file_version: found } = serde_json::from_str(json)?;
        if found != VERSION {
            return Err(DhatError::Version { found });
        }
        let file: DhatFile = serde_json::from_str(json)?;
        if !file.bklt {
            return Err(DhatError::NotHeap { mode: file.mode });
        }
        for (program_point, point) in file.pps.iter().enumerate() {
            let figures = [point.mb, point.mbk, point.gb, point.gbk, point.eb, point.ebk];
            if figures.contains(&None) {
                return Err(DhatError::Figures { program_point });
            }
            let frames = file.ftbl.len();
            if let Some(&frame) = point.fs.iter().find(|&&frame| frame >= frames) {
                return Err(DhatError::Frame { program_point, frame, frames });
            }
        }
        Ok(file)
    }

    /// Writes one field per line without indentation, as the dhat crate does.
    pub(super) fn to_json(&self) -> Result<String, DhatError> {
        let mut bytes = Vec::new();
        self.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"")))?;
        bytes.push(b'\n');
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
