//! System.Xml.Linq: the tree, and its text.
