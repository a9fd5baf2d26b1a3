//! p
pub fn folder(_f: &std::path::Path, _p: u16, _e: Option<&str>) -> anyhow::Result<()> { Ok(()) }
