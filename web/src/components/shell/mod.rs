//! What surrounds all screens: the top bar with its menus, the command palette, and notices.

mod command_palette;
mod data_age;
mod notice_list;
mod palette_entry;
mod profile_menu;
mod screen_links;
mod shortcuts_dialog;
mod tab_notice;
mod theme_button;
mod top_bar;

pub use notice_list::NoticeList;
pub use tab_notice::TabNotice;
pub use top_bar::TopBar;
