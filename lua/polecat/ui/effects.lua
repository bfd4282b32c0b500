--- What the backend has Neovim do: one entry for each kind of effect, none for a command.
local ask = require('polecat.ui.ask')
local backend = require('polecat.rpc.client')
local notify = require('polecat.editor.notify')

local M = {}

---@class polecat.Request A call that follows what somebody typed or answered.
---@field method string
---@field args table<string, any>
---@field editor? boolean Whether what the editor has open goes along.

---@class polecat.Context From where it was asked for, and what it asked of its window.
---@field at polecat.At
---@field split polecat.Split
---@field from? polecat.From
---@field done? polecat.Callback For who wants to know of the end.
---@field buf? integer The buffer to fill that is edited by its name, instead of a window.
---@field show? polecat.Select|false Instead of the user's `vim.ui.select`, for what is asked first.
---@field register? string The one that was named before the key.
---@field begun? integer When the last call was made, by `vim.uv.hrtime()`.

--- Makes the call that follows the choice.
---@param choice? polecat.Choice
---@param context polecat.Context
local function follow(choice, context)
  if choice and choice.call then
    M.call(choice.call, context)
  end
end

--- Of effects that have a module of their own, that and its function.
---@type table<string, string[]>
local MODULES = {
  open = { 'polecat.ui.views.open', 'open' },
  compose = { 'polecat.ui.compose', 'open' },
  question = { 'polecat.ui.question', 'open' },
  side_by_side = { 'polecat.ui.diff.side_by_side', 'show' },
  compare = { 'polecat.ui.diff.side_by_side', 'compare' },
  terminal = { 'polecat.ui.terminal', 'open' },
  edit = { 'polecat.ui.windows.files', 'edit' },
  log = { 'polecat.rpc.log', 'open' },
}

--- What is done for the others.
---@type table<string, fun(effect: table, context: polecat.Context)>
local handlers = {}

function handlers.notify(effect)
  notify.notice(effect)
end

function handlers.select(effect, context)
  -- What is asked next is another question.
  ---@type polecat.Context
  local next_one = vim.tbl_extend('force', context, { show = false })
  ask.choose(effect.choices, { prompt = effect.prompt, kind = effect.of }, function(choice)
    follow(choice, next_one)
  end, context.show)
end

function handlers.preview(effect, context)
  require('polecat.ui.preview').put(effect, context, function(choice)
    follow(choice, context)
  end)
end

function handlers.quickfix(effect)
  vim.fn.setqflist({}, ' ', { title = effect.title, items = effect.items })
  vim.cmd('botright copen')
end

function handlers.pin(effect)
  backend.pin(effect.path)
end

--- What tells how hosts are reached is asked anew.
function handlers.configure()
  require('polecat.config').forget()
  backend.configure()
end

function handlers.refresh(effect)
  local buf = require('polecat.ui.windows.buffer').of_rig(effect.name, effect.rig)
  if buf then
    require('polecat.ui.views.view').refresh(buf, effect.spec)
  end
end

function handlers.tab(effect)
  vim.cmd.tabedit(vim.fn.fnameescape(effect.dir))
  vim.cmd.tcd(vim.fn.fnameescape(effect.dir))
end

function handlers.checktime(effect)
  require('polecat.editor.reload').look_below(effect.folder)
end

--- Where a yank with the same keys would put it, which 'clipboard' has a say in.
function handlers.register(effect, context)
  local text = { regcontents = effect.text, isunnamed = true }
  vim.fn.setreg(context.register or vim.v.register, text)
end

---@param effect table
---@param context polecat.Context
local function carry_out(effect, context)
  local own = MODULES[effect.kind]
  local handle = own and require(own[1])[own[2]] or handlers[effect.kind]
  handle(effect, context)
end

--- Carries `effects` out, in their order. One that takes the user's keys has `busy`, which is told
--- instead where they have gone on with something else; what follows waits as long as it does.
---@param effects table[]
---@param context polecat.Context
---@param first? integer
function M.apply(effects, context, first)
  local place = first or 1
  local effect = effects[place]
  if not effect then
    return
  end
  local split = vim.tbl_extend('force', context.split, { size = effect.size })
  ---@type polecat.Context
  local own = vim.tbl_extend('force', context, { split = split, at = effect.at or context.at })
  ask.when_free(effect.busy and context.from, function()
    carry_out(effect, own)
    M.apply(effects, context, place + 1)
  end, function()
    local tell = context.done or notify.warn
    tell(effect.busy)
    M.apply(effects, context, place + 1)
  end)
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
    editor = request.editor and require('polecat.editor.context').editor() or nil,
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
