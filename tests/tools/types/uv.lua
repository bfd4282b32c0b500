---@meta
--- What `vim.uv` has: Neovim's own types leave it out. Only what we use of it.

---@class uv
---@field fs_close fun(file: integer)
---@field fs_copyfile fun(from: string, to: string): true?, string?
---@field fs_mkdir fun(path: string, mode: integer): true?, string?
---@field fs_open fun(path: string, flags: string, mode: integer): integer?, string?
---@field fs_realpath fun(path: string): string?
---@field fs_rename fun(from: string, to: string): true?, string?
---@field fs_stat fun(path: string): uv.Stat?
---@field fs_unlink fun(path: string): true?, string?
---@field fs_write fun(file: integer, data: string): integer?, string?
---@field hrtime fun(): integer
---@field kill fun(pid: integer, signal: integer): integer?, string?, string?
---@field now fun(): integer
---@field os_gethostname fun(): string
---@field os_getpid fun(): integer
---@field os_uname fun(): { machine: string, sysname: string }
---@field sleep fun(ms: integer)

---@class uv.Stat
---@field size integer
---@field type string

---@type uv
vim.uv = {}
