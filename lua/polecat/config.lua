--- The configuration as the user wrote it. What it may hold is the backend's to say: it is sent as
--- it stands.
local M = {}

--- How long the backend's program may take to check what `setup()` was given, in ms.
local CHECK_TIMEOUT = 2000

---@class polecat.Config What is sent.
---@field values any All of it that can be sent.
---@field problems string[] What is wrong with the rest, by its path.
---@field cwd? string Where relative paths begin.

--- What `current()` gave last, to give the same table again.
---@type polecat.Config?
local last
--- What the last `setup()` was refused for, while `vim.g.polecat` is as it was then.
---@type polecat.Config?
local refused

--- What functions gave that stand for how a host is reached, by their paths: they may take long.
---@type table<string, { ok: boolean, value: any }>
local given = {}

--- What a function at `path` stands for.
---@param path string
---@param value any
---@return any value
---@return string? problem
local function resolve(path, value)
  if type(value) ~= 'function' or not path:find('^hosts%..+%.%l+$') then
    return value
  elseif not given[path] then
    local ok, result = pcall(value)
    given[path] = { ok = ok, value = result }
  end
  local found = given[path]
  return found.ok and found.value or nil, not found.ok and tostring(found.value) or nil
end

--- Has such functions called anew.
function M.forget()
  given = {}
end

--- A copy of `value`, of what of it can be sent; the rest is noted in `problems`.
---@param value any
---@param path string
---@param above table<table, true> The tables that it is in.
---@param problems string[]
---@return any
local function copy_sendable(value, path, above, problems)
  local function refuse(why)
    problems[#problems + 1] = ('`%s`: %s'):format(path == '' and 'vim.g.polecat' or path, why)
  end
  local resolved, problem = resolve(path, value)
  if problem then
    return refuse(problem)
  end
  value = resolved
  local kind = type(value)
  if kind == 'function' or kind == 'thread' or (kind == 'userdata' and value ~= vim.NIL) then
    return refuse(('a %s cannot be sent to the backend'):format(kind))
  elseif kind ~= 'table' then
    return value
  elseif above[value] then
    return refuse('it contains itself')
  end
  local list = vim.islist(value)
  local copy, before = list and {} or vim.empty_dict(), #problems
  above[value] = true
  for key, item in pairs(value) do
    if not list and type(key) ~= 'string' then
      refuse('its keys must be all names or all numbers from 1')
      break
    end
    local name = list and ('%s[%d]'):format(path, key) or (path == '' and key or path .. '.' .. key)
    copy[key] = copy_sendable(item, name, above, problems)
  end
  above[value] = nil
  -- A list with a gap would be no list.
  return (not list or #problems == before) and copy or nil
end

--- A copy of `value`, of what of it can be sent, and what is wrong with the rest.
---@param value any
---@return any copy
---@return string[] problems
function M.sendable(value)
  local problems = {}
  local copy = copy_sendable(value, '', {}, problems)
  table.sort(problems)
  return copy, problems
end

--- What the user wrote: a table, or what a function returns.
---@param raw any
---@return any raw
---@return string? problem
local function written(raw)
  if type(raw) ~= 'function' then
    return raw
  end
  local ok, value = pcall(raw)
  if ok then
    return value
  end
  return nil, ('`vim.g.polecat()`: %s'):format(value)
end

---@param raw any
---@param problem? string
---@return polecat.Config
local function to_send(raw, problem)
  local values, problems = M.sendable(raw)
  problems[1] = problem or problems[1]
  values = values == nil and vim.empty_dict() or values
  return { values = values, problems = problems, cwd = vim.fn.getcwd() }
end

--- The configuration as it is now. The same table comes back while it has not changed.
---@return polecat.Config
function M.current()
  local now = to_send(written(vim.g.polecat))
  if refused and vim.deep_equal(refused.values, now.values) then
    now.problems = refused.problems
  end
  local is_same = last
    and vim.deep_equal(last.values, now.values)
    and vim.deep_equal(last.problems, now.problems)
  last = is_same and last or now
  return last
end

--- What stands at `section` and `key`, which may be anything until the backend has looked at it.
---@param section? string
---@param key string
---@return any
function M.get(section, key)
  local values = M.current().values
  if section and type(values) == 'table' then
    values = values[section]
  end
  return type(values) == 'table' and values[key] or nil
end

---@param problems string[]
local function report(problems)
  require('polecat.editor.notify').error({
    code = 'config_invalid',
    message = 'the configuration: ' .. table.concat(problems, '\n'),
    hint = 'see `:checkhealth polecat`',
  })
end

--- Has the backend's program report what is wrong with a configuration, without waiting for it.
---@param config polecat.Config
local function check(config)
  local argv = require('polecat.rpc.binary').find()
  if not argv then
    return
  end
  local hello = require('polecat.rpc.client').hello(config)
  local opts = { stdin = vim.mpack.encode(hello), timeout = CHECK_TIMEOUT }
  local done = vim.schedule_wrap(function(result)
    local ok, problems = pcall(vim.json.decode, result.stdout or '')
    if ok and type(problems) == 'table' and #problems > 0 then
      report(problems)
    end
  end)
  -- What cannot be started says so when it is needed.
  pcall(vim.system, vim.list_extend(argv, { '--check-config' }), opts, done)
end

--- The same as `vim.g.polecat = opts`, and reports what is wrong with it.
---@param opts? polecat.Opts|fun(): polecat.Opts
function M.set(opts)
  local config = to_send(written(opts))
  if #config.problems == 0 then
    refused, vim.g.polecat = nil, opts == nil and vim.empty_dict() or opts
    return check(config)
  end
  -- It is not stored: Neovim cannot even hold every Lua value in a variable.
  refused = to_send(written(vim.g.polecat))
  refused.problems = config.problems
  report(config.problems)
end

return M
