//! Numbers as text and back: format strings, `Parse`, `Convert`.
