--- Where the backend's program is.
local config = require('polecat.config')

local M = {}

local NAME = 'polecat-nvim'

--- The plugin's folder.
---@return string
local function root()
  local here = debug.getinfo(1, 'S') --[[@as debuglib.DebugInfo]]
  return vim.fn.fnamemodify(here.source:sub(2), ':p:h:h:h:h')
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

--- `backend.command` as a list, where it is one that can be tried. The backend says what is wrong
--- with any other.
---@return string[]?
local function configured()
  local command = config.get('backend', 'command')
  local argv = type(command) == 'table' and vim.deepcopy(command) or { command }
  for _, word in ipairs(argv) do
    if type(word) ~= 'string' or word == '' then
      return nil
    end
  end
  local program = argv[1]
  if program and program:find('/') then
    local path = program:find('^[/~]') and program or (config.current().cwd .. '/' .. program)
    argv[1] = vim.fn.fnamemodify(path, ':p')
  end
  return program and argv or nil
end

--- The command to start: `backend.command`, else what was built here, else what is on PATH.
---@return string[]? argv
---@return polecat.Error? err
function M.find()
  local argv = configured()
  if argv and vim.fn.executable(argv[1]) == 0 then
    local message = ('`backend.command`: `%s` is not a program'):format(argv[1])
    return nil, { code = 'command_not_found', message = message }
  end
  local built = root() .. '/target/release/' .. NAME
  local program = vim.fn.executable(built) == 1 and built or on_path()
  if argv then
    return argv
  elseif program then
    return { program }
  end
  return nil,
    {
      code = 'command_not_found',
      message = ('the backend `%s` is not built, and not on PATH'):format(NAME),
      hint = ('run `make build` (or `cargo build --release`) in `%s`'):format(root()),
    }
end

return M
