"""Pages that teach a model: self-contained HTML that steps through what the model computed."""
