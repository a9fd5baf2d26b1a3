//! Newtonsoft.Json: the tree, its text, and the paths into it.
