//! Serves the files of the console's folder: no hidden files, and nothing outside of the folder.

use std::io::Result;
use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{ACCEPT_ENCODING, ALLOW};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::api;

/// The only public name with a leading dot (RFC 8615).
const WELL_KNOWN: &str = ".well-known";
/// The suffixes of compressed forms of a file.
const COMPRESSED: [&str; 2] = ["br", "gz"];
const INDEX: &str = "index.html";

#[derive(Clone, Debug)]
struct Files {
    directory: PathBuf,
    serve: ServeDir,
    not_found: Router,
}

/// What is found at a path.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// A file that may be served, and whether its compressed forms may be as well.
    File { is_compressed_public: bool },
    /// A folder with an index page.
    Folder,
    /// No file that may be served.
    Nothing,
}

pub(super) fn files_router(directory: &Path, not_found: Router) -> Router {
    let serve = ServeDir::new(directory).precompressed_br().precompressed_gzip();
    let files = Files { directory: directory.to_owned(), serve, not_found };
    Router::new().fallback(serve_file).with_state(files)
}

async fn serve_file(State(files): State<Files>, mut request: Request) -> Response {
    let found = match relative_path(request.uri().path()) {
        Some(path) => {
            let directory = files.directory.clone();
            // Every error means that there is no such file.
            let found =
                tokio::task::spawn_blocking(move || find(&directory, &path).unwrap_or(Found::Nothing));
            found.await.unwrap_or(Found::Nothing)
        }
        None => Found::Nothing,
    };
    match found {
        Found::Nothing => {
            let Ok(response) = files.not_found.oneshot(request).await;
            response
        }
        _ if ![Method::GET, Method::HEAD].contains(request.method()) => {
            ([(ALLOW, "GET,HEAD")], api::method_not_allowed()).into_response()
        }
        found => {
            if found == (Found::File { is_compressed_public: false }) {
                request.headers_mut().remove(ACCEPT_ENCODING);
            }
            let Ok(response) = files.serve.oneshot(request).await;
            response.into_response()
        }
    }
}

/// Returns the path below the folder that a request names, if no part of it is hidden.
fn relative_path(path: &str) -> Option<PathBuf> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let names = path.split('/').filter(|name| !name.is_empty());
    let mut relative = PathBuf::new();
    for name in names {
        let is_plain = matches!(
            Path::new(name).components().collect::<Vec<_>>().as_slice(),
            [Component::Normal(only)] if *only == name
        );
        if !is_plain {
            return None;
        }
        relative.push(name);
    }
    is_public(&relative).then_some(relative)
}

/// Returns whether no part of a path is hidden.
fn is_public(relative: &Path) -> bool {
    relative
        .iter()
        .enumerate()
        .all(|(index, name)| !name.to_string_lossy().starts_with('.') || (index == 0 && name == WELL_KNOWN))
}

fn find(directory: &Path, relative: &Path) -> Result<Found> {
    // At each request, because the folder may be a symbolic link that a new release changes.
    let directory = directory.canonicalize()?;
    let path = directory.join(relative);
    if !path.is_dir() {
        let Some(target) = inside(&directory, &path)? else { return Ok(Found::Nothing) };
        return Ok(if target.is_file() { file(&directory, &path) } else { Found::Nothing });
    }
    let is_inside = inside(&directory, &path)?.is_some();
    let index = path.join(INDEX);
    match inside(&directory, &index)? {
        Some(target) if is_inside && target.is_file() => match file(&directory, &index) {
            Found::File { is_compressed_public: true } => Ok(Found::Folder),
            other => Ok(other),
        },
        _ => Ok(Found::Nothing),
    }
}

fn file(directory: &Path, path: &Path) -> Found {
    let is_compressed_public = COMPRESSED.iter().all(|extension| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        // Most files have none.
        match inside(directory, Path::new(&name)) {
            Ok(target) => target.is_some_and(|target| target.is_file()),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    });
    Found::File { is_compressed_public }
}

/// Returns the target of a path after all symbolic links, if it is in the folder and not hidden.
fn inside(directory: &Path, path: &Path) -> Result<Option<PathBuf>> {
    let target = path.canonicalize()?;
    Ok(target.strip_prefix(directory).is_ok_and(is_public).then_some(target))
}
