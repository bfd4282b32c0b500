--- The arguments of the public functions: what is known, of which type; the rest is refused.
local M = {}

--- The keys of each function's `opts`.
---@type table<string, table<string, string>>
local KNOWN = {
  start = {
    issue = 'string',
    agent = 'string',
    account = 'string',
    workdir = 'path',
    config_dir = 'path',
    cmd = 'string',
    new = 'boolean',
    trust = 'string',
    trust_id = 'string',
    in_use = 'string',
  },
  stop = { force = 'boolean' },
  stop_all = { force = 'boolean' },
  capture = { lines = 'count', ansi = 'boolean' },
  capture_session = { lines = 'count', ansi = 'boolean' },
  open_diff = { since = 'string' },
  open_capture = { lines = 'count', snapshot = 'boolean' },
  inject = { take = 'boolean' },
  new = { issue = 'string' },
  sling = {
    polecat = 'string',
    agent = 'string',
    account = 'string',
    config_dir = 'path',
    cmd = 'string',
    trust = 'string',
    trust_id = 'string',
    in_use = 'string',
  },
  remove = { force = 'boolean', in_use = 'string' },
  restore = { in_use = 'string' },
}

local EXPECTED = { path = 'a path', count = 'a whole number from 1', ['function'] = 'a function' }

---@param value any
---@param kind string
---@return boolean
local function is(value, kind)
  if kind == 'count' then
    return type(value) == 'number' and value % 1 == 0 and value >= 1 and value < 2 ^ 31
  end
  if kind == 'path' then
    return type(value) == 'string' and value ~= ''
  end
  return type(value) == kind
end

---@param name string
---@param value any
---@param kind string
---@return string?
local function problem(name, value, kind)
  if is(value, kind) then
    return nil
  end
  local got = type(value) == 'number' and tostring(value) or ('a ' .. type(value))
  if value == vim.NIL or value == '' then
    got = 'nothing'
  end
  return ('`%s`: expected %s, got %s'):format(name, EXPECTED[kind] or ('a ' .. kind), got)
end

--- What is wrong with `opts`; else its values go into `args`.
---@param opts any
---@param known table<string, string>
---@param args table<string, any>
---@return string?
local function take(opts, known, args)
  if type(opts) ~= 'table' then
    return problem('opts', opts, 'table')
  end
  for key, value in pairs(opts) do
    if not known[key] then
      return ('`%s` is not known'):format(tostring(key))
    end
    local wrong = problem(key, value, known[key])
    if wrong then
      return wrong
    end
    args[key] = known[key] == 'path' and vim.fn.fnamemodify(value, ':p') or value
  end
end

--- Checks the arguments of `operation` and puts those for the backend together.
---@param operation string
---@param texts table<string, any> What must be a string, by its name.
---@param opts any
---@param cb any
---@return table<string, any>? args
---@return polecat.Error? err
function M.read(operation, texts, opts, cb)
  local args = {}
  local wrong = cb ~= nil and problem('cb', cb, 'function') or nil
  for name, value in pairs(texts) do
    wrong = wrong or problem(name, value, 'string')
    args[name] = value
  end
  wrong = wrong or take(opts == nil and {} or opts, KNOWN[operation] or {}, args)
  if wrong then
    local message = ('bad arguments to `%s`: %s'):format(operation, wrong)
    return nil, { code = 'bad_argument', message = message }
  end
  return args
end

--- `opts` may be left out: `f(name, cb)`.
---@param opts any
---@param cb any
---@return any opts
---@return any cb
function M.shift(opts, cb)
  if type(opts) == 'function' and cb == nil then
    return nil, opts
  end
  return opts, cb
end

return M
