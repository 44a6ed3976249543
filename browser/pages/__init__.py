"""What people look at: templates, style sheets and plain ES modules, all from this service."""
