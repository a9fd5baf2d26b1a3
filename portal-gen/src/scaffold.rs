//! s
pub fn write(_d: &std::path::Path) -> anyhow::Result<()> { Ok(()) }
