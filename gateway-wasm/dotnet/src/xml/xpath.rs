//! The XPath that `SelectSingleNode` needs.
