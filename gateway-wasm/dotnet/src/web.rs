//! `System.Net.WebUtility` and `System.Net.IPAddress`.
