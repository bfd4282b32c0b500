--- Where the backend's program is.
local config = require('polecat.config')
local release = require('polecat.release')

local M = {}

local NAME = 'polecat-nvim'

--- The systems that releases are built for, by what the kernel says of itself.
local MACHINES = { x86_64 = 'x86_64', amd64 = 'x86_64', aarch64 = 'aarch64', arm64 = 'aarch64' }
local SYSTEMS = { Linux = 'unknown-linux-musl', Darwin = 'apple-darwin' }

--- What reaches another machine. What a backend sends is carried out here: one that runs there could
--- run anything here.
local REMOTE = { 'ssh', 'mosh', 'podman', 'docker', 'nerdctl', 'kubectl', 'srun', 'salloc' }

--- The folder of this plugin's Lua modules.
---@return string
function M.lua()
  local here = debug.getinfo(1, 'S') --[[@as debuglib.DebugInfo]]
  return vim.fn.fnamemodify(here.source:sub(2), ':p:h:h')
end

--- The plugin's folder.
---@return string
function M.root()
  return vim.fn.fnamemodify(M.lua(), ':h:h')
end

--- The program that cargo builds there.
---@return string
function M.built()
  return M.root() .. '/target/release/' .. NAME
end

--- The program that `polecat.install` brings.
---@param version string
---@return string
function M.installed(version)
  return ('%s/polecat/%s/%s'):format(vim.fn.stdpath('data'), version, NAME)
end

--- What this system is called among those that releases are built for.
---@return string? target
function M.target()
  local uname = vim.uv.os_uname()
  local machine, system = MACHINES[uname.machine], SYSTEMS[uname.sysname]
  return machine and system and ('%s-%s'):format(machine, system) or nil
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

--- What brings a program that fits in place of `program`, which does not, or of none.
---@param program? string
---@return string
function M.remedy(program)
  local install = '`:lua require("polecat.install").run()`'
  local has_cargo = vim.fn.executable('cargo') == 1
  if program == M.built() then
    local build = ('run `make build` in `%s`'):format(M.root())
    local instead = ('delete `%s/target`, then %s downloads another'):format(M.root(), install)
    return has_cargo and build or instead
  elseif program and config.get('backend', 'command') then
    return 'change or remove `backend.command`'
  elseif M.target() then
    return install .. ' downloads it'
  end
  return install .. ' builds it' .. (has_cargo and '' or ', with Rust 1.88 or later')
end

--- The command to start: `backend.command`, else what was built here, else what was installed, else
--- what is on PATH.
---@return string[]? argv
---@return polecat.Error? err
function M.find()
  local argv = configured()
  if argv and vim.list_contains(REMOTE, vim.fs.basename(argv[1])) then
    local message = '`backend.command`: the backend runs here, not through `%s`'
    local hint = '`hosts` names other machines: `:help polecat-hosts`'
    return nil, { code = 'config_invalid', message = message:format(argv[1]), hint = hint }
  elseif argv and vim.fn.executable(argv[1]) == 0 then
    local message = ('`backend.command`: `%s` is not a program'):format(argv[1])
    return nil, { code = 'command_not_found', message = message }
  elseif argv then
    return argv
  end
  for _, program in ipairs({ M.built(), M.installed(release.version) }) do
    if vim.fn.executable(program) == 1 then
      return { program }
    end
  end
  local program = on_path()
  if program then
    return { program }
  end
  local message = ('the backend `%s` is not installed'):format(NAME)
  return nil, { code = 'command_not_found', message = message, hint = M.remedy() }
end

return M
