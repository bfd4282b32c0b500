--- The user's configuration: `vim.g.polecat`, checked as a whole whenever it has changed.
local schema = require('polecat.schema')

local M = {}

local STATES = { 'starting', 'working', 'idle', 'waiting', 'exited', 'died', 'stopped', 'unknown' }

--- A variable may be set to nothing.
---@type polecat.Check
local function variable(value, path, report)
  return value == '' and value or schema.text(value, path, report)
end

--- How an agent takes a prompt on its command line.
---@type polecat.Check
local function prompt_mode(value, path, report)
  local text = schema.text(value, path, report)
  if text and text ~= 'arg' and text ~= 'none' and not text:find('^%-%S+$') then
    local expected = 'expected `arg`, `none` or a flag such as `--prompt`'
    return report(('`%s`: %s, got `%s`'):format(path, expected, text))
  end
  return text
end

local dialog = schema.keys({
  text = schema.text,
  press = schema.list(schema.text),
  selected = schema.text,
  reason = schema.one_of({ 'permission', 'question', 'trust', 'sign-in' }),
}, 'text')

local agent = schema.keys({
  preset = schema.text,
  command = schema.text,
  args = schema.list(schema.text),
  env = schema.map(variable),
  process_names = schema.list(schema.text),
  ready = schema.keys({
    prompt = schema.text,
    title = schema.text,
    delay_ms = schema.integer(0),
  }),
  settle_ms = schema.integer(0),
  prompt_mode = prompt_mode,
  dialogs = schema.list(dialog, 'tables'),
  hooks = schema.keys({ provider = schema.text, dir = schema.text, file = schema.text }),
  resume = schema.keys({ flag = schema.text, subcommand = schema.text }),
  config_dir_env = schema.text,
  session_id_env = schema.text,
  instructions = schema.text,
})

---@type polecat.Check
local function command(value, path, report)
  if type(value) == 'string' then
    return schema.program(value, path, report)
  elseif type(value) ~= 'table' then
    local text = '`%s`: expected a program, or a list of it and its arguments, got a %s'
    return report(text:format(path, type(value)))
  end
  local list = schema.list(schema.text)(value, path, report)
  if list and not list[1] then
    report(('`%s`: expected a program and its arguments, got an empty list'):format(path))
  elseif list then
    list[1] = schema.program(list[1], path, report)
  end
  return list
end

local check = schema.keys({
  rig = schema.keys({ path = schema.path, name = schema.text }),
  -- A socket is a name as for `tmux -L`, or as for `tmux -S` a path: with a `/`, like a program.
  tmux = schema.keys({ command = schema.program, socket = schema.program }),
  tracker = schema.keys({ command = schema.text }),
  worktrees = schema.template,
  gastown = schema.one_of({ 'auto', '0.5', '0.6' }),
  agent = schema.text,
  agents = schema.map(agent),
  dialogs = schema.one_of({ 'accept', 'ask' }),
  capture = schema.keys({ lines = schema.integer(1) }),
  notify = schema.words(STATES),
  log_level = schema.one_of({ 'error', 'warn', 'info', 'debug', 'trace' }),
  backend = schema.keys({ command = command }),
})

---@class polecat.Config
---@field raw any What the user wrote.
---@field values table What to send to the backend: only what the user set.
---@field problems string[]

---@type polecat.Config?
local last
--- What the last `setup()` was refused for, while `vim.g.polecat` is as it was then.
---@type { raw: any, problems: string[] }?
local refused

---@param raw any
---@return polecat.Config
local function checked(raw)
  local problems = {}
  local values = check(raw, 'polecat', function(text)
    problems[#problems + 1] = text
  end)
  table.sort(problems)
  return { raw = raw, values = values or vim.empty_dict(), problems = problems }
end

--- The configuration as it is now. The same table comes back while it has not changed.
---@return polecat.Config
function M.current()
  local raw = vim.g.polecat
  if raw == nil then
    raw = {}
  end
  if refused and vim.deep_equal(refused.raw, raw) then
    return { raw = raw, values = vim.empty_dict(), problems = refused.problems }
  end
  if not last or not vim.deep_equal(last.raw, raw) then
    last = checked(raw)
  end
  return last
end

--- Why nothing can be done with the configuration, if so.
---@return polecat.Error?
function M.error()
  local problems = M.current().problems
  if #problems == 0 then
    return nil
  end
  return {
    code = 'config_invalid',
    message = 'the configuration: ' .. table.concat(problems, '\n'),
    hint = 'see `:checkhealth polecat`',
  }
end

--- The same as `vim.g.polecat = opts`, and says at once what is wrong with it.
---@param opts? table
function M.set(opts)
  opts = opts == nil and vim.empty_dict() or opts
  local problems = checked(opts).problems
  -- What is wrong is not stored: Neovim cannot even hold every Lua value in a variable.
  refused = #problems > 0 and { raw = vim.g.polecat or {}, problems = problems } or nil
  if not refused then
    vim.g.polecat = opts
  end
  local err = M.error()
  if err then
    require('polecat.editor.notify').error(err)
  end
end

--- How many lines a capture shows when nobody says.
---@return integer
function M.capture_lines()
  local capture = M.current().values.capture
  return capture and capture.lines or 200
end

return M
