"""The main window: menus, tabs, dialogs and the start of the application."""
