"""A Home Assistant to develop with: `scripts/develop`."""
