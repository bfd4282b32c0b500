---@meta
--- What `vim.uv` has: Neovim's own types leave it out. Only what we use of it.

---@class uv
---@field fs_realpath fun(path: string): string?
---@field fs_stat fun(path: string): uv.Stat?
---@field hrtime fun(): integer
---@field now fun(): integer

---@class uv.Stat
---@field size integer
---@field type string

---@type uv
vim.uv = {}
