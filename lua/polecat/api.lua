--- How the public functions take their arguments and make their calls.
local M = {}

--- What is wrong with what cannot be sent, and so not be checked by the backend.
---@param args table<string, any>
---@param opts any
---@param cb any
---@return string?
local function problem(args, opts, cb)
  if cb ~= nil and type(cb) ~= 'function' then
    return ('`cb`: expected a function, got a %s'):format(type(cb))
  elseif type(opts) ~= 'table' then
    return ('`opts`: expected a table, got a %s'):format(type(opts))
  end
  for name in pairs(opts) do
    if type(name) ~= 'string' then
      return ('`%s`: a key must be a string'):format(tostring(name))
    end
  end
  local _, problems = require('polecat.config').sendable(vim.tbl_extend('keep', args, opts))
  return problems[1]
end

---@alias polecat.Send fun(method: string, args: table<string, any>, callback: polecat.Callback)

---@param method string
---@param args table<string, any>
---@param callback polecat.Callback
local function send(method, args, callback)
  require('polecat.rpc.client').call(method, args, callback)
end

--- Makes the call `method` with `args` and, where they do not name it, what `opts` has.
---@param method string
---@param args table<string, any>
---@param opts any May be left out: `f(name, cb)`.
---@param cb any Without it an error is told to the user.
---@param how? polecat.Send
local function run(method, args, opts, cb, how)
  if vim.in_fast_event() then
    return vim.schedule_wrap(run)(method, args, opts, cb, how)
  end
  if type(opts) == 'function' and cb == nil then
    opts, cb = nil, opts
  end
  opts = opts == nil and {} or opts
  local wrong = problem(args, opts, cb)
  local callback = type(cb) == 'function' and cb or require('polecat.editor.notify').or_error()
  if not wrong then
    return (how or send)(method, vim.tbl_extend('force', opts, args), callback)
  end
  vim.schedule(function()
    local message = ('bad arguments to `%s`: %s'):format(method, wrong)
    callback({ code = 'bad_argument', message = message })
  end)
end

--- With what relative paths begin at.
---@param method string
---@param args table<string, any>
---@param callback polecat.Callback
function M.with_cwd(method, args, callback)
  args.cwd = vim.fn.getcwd()
  send(method, args, callback)
end

--- With what the editor has open, and where it stands.
---@param method string
---@param args table<string, any>
---@param callback polecat.Callback
function M.with_editor(method, args, callback)
  send(method, vim.tbl_extend('force', args, require('polecat.editor.context').editor()), callback)
end

--- Opens the window that the call is answered with.
---@param method string
---@param args table<string, any>
---@param callback polecat.Callback
function M.open(method, args, callback)
  local at, from = require('polecat.editor.context').here(), require('polecat.ui.ask').from()
  send(method, args, function(err, effects)
    if err then
      return callback(err)
    end
    local context = { at = at, split = {}, from = from, done = callback }
    require('polecat.ui.effects').apply(effects, context)
  end)
end

--- A public function that makes a call: `params` are the names of its arguments on the wire, in order,
--- but for `opts` and `cb`.
---@param method string
---@param params string[]
---@param how? polecat.Send
---@return fun(...: any)
function M.call(method, params, how)
  return function(...)
    local args = {}
    for place, name in ipairs(params) do
      args[name] = (select(place, ...))
    end
    local opts, cb = args.opts, args.cb
    args.opts, args.cb = nil, nil
    run(method, args, opts, cb, how)
  end
end

return M
