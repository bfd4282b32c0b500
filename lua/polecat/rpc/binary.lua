--- Where the backend's program is.
local M = {}

local NAME = 'polecat-nvim'

--- The plugin's folder.
---@return string
function M.root()
  local source = debug.getinfo(1, 'S').source:sub(2)
  return vim.fn.fnamemodify(source, ':p:h:h:h:h')
end

---@return polecat.Error
local function not_found()
  return {
    code = 'command_not_found',
    message = ('the backend `%s` is not built, and not on PATH'):format(NAME),
    hint = ('run `make build` (or `cargo build --release`) in `%s`'):format(M.root()),
  }
end

--- The one on PATH, but not in a relative folder of it: that may be anybody's project.
---@return string?
local function on_path()
  for _, folder in ipairs(vim.split(vim.env.PATH or '', ':', { plain = true })) do
    local program = folder .. '/' .. NAME
    if vim.startswith(folder, '/') and vim.fn.executable(program) == 1 then
      return program
    end
  end
end

--- The command to start: `backend.command`, else what was built here, else what is on PATH.
---@return string[]? argv
---@return polecat.Error? err
function M.find()
  local backend = require('polecat.config').current().values.backend
  local configured = backend and backend.command
  if configured then
    local argv = type(configured) == 'table' and vim.deepcopy(configured) or { configured }
    if vim.fn.executable(argv[1]) == 1 then
      return argv
    end
    return nil,
      {
        code = 'command_not_found',
        message = ('`backend.command`: `%s` is not a program'):format(argv[1]),
      }
  end
  local built = M.root() .. '/target/release/' .. NAME
  if vim.fn.executable(built) == 1 then
    return { built }
  end
  local found = on_path()
  if found then
    return { found }
  end
  return nil, not_found()
end

return M
