//! Composite formatting: `string.Format` and what stands between the braces of `$"..."`.
