--- What the backend has Neovim do: one entry for each kind of effect, none for a command.
local ask = require('polecat.ui.ask')
local backend = require('polecat.rpc.client')
local notify = require('polecat.editor.notify')

local M = {}

---@class polecat.Request A call that follows what somebody typed or answered.
---@field method string
---@field args table<string, any>
---@field editor? boolean Whether what the editor has open goes along.

---@class polecat.Choice
---@field label string
---@field call? polecat.Request Nothing for one that declines.

---@class polecat.Context From where it was asked for, and what it asked of its window.
---@field at polecat.At
---@field split polecat.Split
---@field from? polecat.From
---@field done? polecat.Callback For who wants to know of the end.
---@field buf? integer The buffer to fill that is edited by its name, instead of a window.
---@field show? fun(labels: string[], opts: table, done: fun(label?: string))|false Instead of the
---user's `vim.ui.select`, for what is asked first.
---@field begun? integer When the last call was made, by `vim.uv.hrtime()`.

--- The modules that open what is no view of the backend's.
---@type table<string, string>
local VIEWS = { side_by_side = 'polecat.ui.side_by_side', log = 'polecat.rpc.log' }

--- Makes the call that follows the choice.
---@param choice? polecat.Choice
---@param context polecat.Context
local function follow(choice, context)
  if choice and choice.call then
    M.call(choice.call, context)
  end
end

---@type table<string, fun(effect: table, context: polecat.Context)>
local handlers = {}

function handlers.notify(effect)
  notify.notice(effect)
end

function handlers.select(effect, context)
  ---@type polecat.Ask
  local opts = {
    prompt = effect.prompt,
    kind = effect.of,
    show = context.show,
    from = context.from,
    again = effect.again,
  }
  -- What is asked next is another question.
  context = vim.tbl_extend('force', context, { show = false })
  ask.choose(effect.choices, opts, function(choice)
    follow(choice, context)
  end)
end

--- `Cancel` stands first, which is what a picker answers to a stray <CR>.
function handlers.confirm(effect, context)
  effect.choices = { { label = 'Cancel' }, { label = effect.yes, call = effect.call } }
  handlers.select(effect, context)
end

function handlers.question(effect, context)
  require('polecat.ui.question').put(effect, context, function(choice)
    follow(choice, context)
  end)
end

--- The window that was asked for, of the size that the effect says.
---@param effect table
---@param context polecat.Context
---@return polecat.Split
local function sized(effect, context)
  return vim.tbl_extend('force', { size = effect.size }, context.split)
end

function handlers.open(effect, context)
  local spec = vim.tbl_extend('force', { at = context.at, view = effect.view }, effect.spec)
  require(VIEWS[effect.view] or 'polecat.ui.open').open(spec, sized(effect, context))
end

--- What takes the focus: only for who has gone on with nothing else.
---@param context polecat.Context
---@param what string
---@param act fun()
local function when_free(context, what, act)
  ask.when_free(context.from, act, function()
    notify.warn({ code = 'cancelled', message = ('not opened while you are busy: %s'):format(what) })
  end)
end

function handlers.edit(effect, context)
  when_free(context, effect.file, function()
    require('polecat.ui.window').edit(effect.file, effect.line, effect.column)
  end)
end

function handlers.quickfix(effect, context)
  when_free(context, 'the quickfix window', function()
    vim.fn.setqflist({}, ' ', { title = effect.title, items = effect.items })
    vim.cmd('botright copen')
  end)
end

function handlers.terminal(effect, context)
  context = vim.tbl_extend('force', context, { split = sized(effect, context) })
  require('polecat.ui.terminal').open(effect, context, context.done)
end

function handlers.pin(effect)
  backend.pin(effect.path)
end

function handlers.compose(effect, context)
  local function open()
    require('polecat.ui.compose').open(effect, context)
  end
  if effect.float then
    return when_free(context, effect.title, open)
  end
  open()
end

function handlers.side_by_side(effect, context)
  require('polecat.ui.side_by_side').show(effect, context)
end

function handlers.refresh(effect)
  local buf = require('polecat.ui.buffer').find(effect.name)
  if buf then
    require('polecat.ui.view').refresh(buf, effect.spec)
  end
end

function handlers.register(effect)
  vim.fn.setreg('"', effect.text)
end

--- Carries `effects` out, in their order.
---@param effects table[]
---@param context polecat.Context
function M.apply(effects, context)
  for _, effect in ipairs(effects) do
    handlers[effect.kind](effect, context)
  end
end

--- Makes a call that is answered by effects, and carries these out.
---@param request polecat.Request
---@param context polecat.Context
---@param answered? fun(err?: polecat.Error) Before that, and when it was refused.
function M.call(request, context, answered)
  local from = ask.from()
  -- After an answer, a picker of the user's may still be about to close its window.
  from.win = context.from and context.from.win or from.win
  context = vim.tbl_extend('force', context, { from = from, begun = vim.uv.hrtime() })
  local args = vim.tbl_extend('force', {
    editor = request.editor and require('polecat.editor.state').read() or nil,
  }, request.args)
  local apply = notify.or_error(function(effects)
    M.apply(effects, context)
  end)
  backend.call(request.method, args, function(err, effects)
    if answered then
      answered(err)
    end
    apply(err, effects)
  end)
end

return M
