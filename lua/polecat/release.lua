--- The backend that belongs to this plugin. Written by `make generate` out of Cargo.toml.
return {
  version = '0.2.0',
  protocol = 10,
  url = 'https://github.com/polecat-nvim/polecat.nvim/releases/download/v0.2.0',
}
