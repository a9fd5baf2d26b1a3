//! The languages of a site. The first stands at the site's root, every other in a directory of its own: `de/apis/orders/`.
//!
//! Every page is there in every language: the portal's own words are translated by [`Messages`], content by
//! `portal/content.de/`. What nobody translated is shown as it is, and says in its markup which language it is in. Files that
//! are no pages (assets, media, definitions) exist once, in the first language.

use crate::messages::Messages;
use catalog::model::{Link, Page, Portal, Translation};
use diagnostic::Diagnostics;
use serde::Serialize;

/// The language of a portal that names none.
const DEFAULT: &str = "en";

/// One language of a site.
#[derive(Clone)]
pub(crate) struct Language {
    /// `de`, `pt-BR`.
    pub(crate) tag: String,
    /// The directory of its pages, with a slash at its end; empty for the first language.
    pub(crate) prefix: String,
    pub(crate) messages: Messages,
}

/// A language in the switch of a page, and in the links to translations in its head.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Alternate {
    pub(crate) tag: String,
    /// Its name in itself: `Deutsch`.
    pub(crate) name: String,
    pub(crate) direction: &'static str,
    /// The address of the same page, from this page.
    pub(crate) href: String,
    /// The full address, if the site's is known.
    pub(crate) url: Option<String>,
    pub(crate) is_current: bool,
}

impl Language {
    /// The languages of a portal, the first first, with what is wrong with the folder's texts.
    pub(crate) fn all(portal: &Portal, findings: &mut Diagnostics) -> Vec<Self> {
        let tags = if portal.languages.is_empty() { vec![DEFAULT.to_owned()] } else { portal.languages.clone() };
        tags.into_iter()
            .enumerate()
            .map(|(index, tag)| Self {
                prefix: if index == 0 { String::new() } else { format!("{}/", crate::slug::slug(&tag)) },
                messages: Messages::new(&tag, &portal.files, findings),
                tag,
            })
            .collect()
    }

    /// Whether it stands at the site's root.
    pub(crate) fn is_first(&self) -> bool {
        self.prefix.is_empty()
    }

    /// What leads from the root of this language to the site's: `../`, or nothing.
    pub(crate) fn up(&self) -> &'static str {
        if self.is_first() { "" } else { "../" }
    }

    /// What goes between the name and the ending of files that differ by language: `.de`, or nothing.
    pub(crate) fn suffix(&self) -> String {
        if self.is_first() { String::new() } else { format!(".{}", self.prefix.trim_end_matches('/')) }
    }
}

/// What a portal says in one language.
#[derive(Clone, Copy)]
pub(crate) struct Spoken<'a> {
    portal: &'a Portal,
    translation: Option<&'a Translation>,
}

impl<'a> Spoken<'a> {
    /// What it says in this language; the first is the portal's own.
    pub(crate) fn new(portal: &'a Portal, language: &Language) -> Self {
        let translation = portal.translations.iter().find(|translation| translation.language == language.tag);
        Self { portal, translation }
    }

    /// The site's title; may be empty.
    pub(crate) fn title(&self) -> &'a str {
        self.translation.and_then(|translation| translation.title.as_deref()).unwrap_or(&self.portal.title)
    }

    /// One sentence about the site; may be empty.
    pub(crate) fn description(&self) -> &'a str {
        self.translation.and_then(|translation| translation.description.as_deref()).unwrap_or(&self.portal.description)
    }

    /// The links in the header.
    pub(crate) fn navigation(&self) -> &'a [Link] {
        let own = self.translation.map(|translation| &translation.navigation[..]).filter(|links| !links.is_empty());
        own.unwrap_or(&self.portal.navigation)
    }

    /// The content pages with the language that each is written in, if it is another than this one: every page of the first
    /// language, or its translation, then pages that only this language has.
    pub(crate) fn pages(&self) -> Vec<(&'a Page, bool)> {
        let Some(translation) = self.translation else { return self.portal.pages.iter().map(|page| (page, true)).collect() };
        let translated = |path: &str| translation.pages.iter().find(|page| page.path == path);
        let mut pages: Vec<(&Page, bool)> = self
            .portal
            .pages
            .iter()
            .map(|page| translated(&page.path).map_or((page, false), |translated| (translated, true)))
            .collect();
        for page in &translation.pages {
            if pages.iter().all(|(known, _)| known.path != page.path) {
                // Beside its neighbours.
                let directory = |path: &str| path.rsplit_once('/').map_or(String::new(), |(directory, _)| directory.to_owned());
                let after = pages.iter().rposition(|(known, _)| directory(&known.path) == directory(&page.path));
                pages.insert(after.map_or(pages.len(), |at| at + 1), (page, true));
            }
        }
        pages
    }

    /// Whether a page is there in every language.
    pub(crate) fn is_everywhere(&self, page: &Page) -> bool {
        self.portal.pages.iter().any(|known| known.path == page.path)
    }
}
