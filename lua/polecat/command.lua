--- Hands commands to the backend as they were typed, and does what it answers.
local effects = require('polecat.ui.effects')
local gather = require('polecat.editor.gather')
local where = require('polecat.editor.context')

local M = {}

---@class polecat.Typed A command as it was typed.
---@field args string
---@field bang? boolean
---@field count? integer The size of its window.
---@field lines? table<string, any> The lines of its range, and where they are.
---@field mods? table
---@field show? polecat.Select Lets the user choose.

--- What follows `:Polecat `: `stop-all` for `StopAll`.
---@param name string
---@return string
function M.sub(name)
  return (name:gsub('(%l)(%u)', '%1-%2'):lower())
end

--- The row of the command `name`, `StopAll` or `stop-all`.
---@param name string
---@return polecat.Command?
function M.named(name)
  for _, spec in ipairs(require('polecat.commands')) do
    if name == spec.name or name == M.sub(spec.name) then
      return spec
    end
  end
end

--- Runs the command `name`.
---@param name string
---@param typed polecat.Typed
---@param at? polecat.At
function M.run(name, typed, at)
  local spec = M.named(name) or {}
  local context = {
    at = at or where.here(),
    split = { mods = typed.mods, from = vim.api.nvim_get_current_win() },
    show = typed.show,
  }
  if spec.opens and vim.trim(typed.args) == '' then
    return effects.apply({ { kind = spec.opens, size = typed.count } }, context)
  end
  local args = { at = context.at, cwd = vim.fn.getcwd(), name = name, about = vim.b.polecat }
  local buf = typed.lines and vim.api.nvim_get_current_buf()
  local source = buf and { buf = buf } or gather.source(context.split.from)
  args = vim.tbl_extend('error', typed, args, gather.named(typed.args, source))
  args.mods, args.show = nil, nil
  effects.call({ method = 'command.run', args = args, editor = spec.editor }, context)
end

--- Runs `:Polecat<name>`; without a `spec`, `:Polecat {name}`, which alone shows the status window.
---@param spec? polecat.Command
---@param opts table As `nvim_create_user_command()` gives it.
function M.typed(spec, opts)
  local name, bang, args = opts.args:match('^%s*([^%s!]*)(!?)%s*(.*)$')
  if spec then
    name, bang, args = spec.name, '', opts.args
  end
  -- A range of `:Polecat` is one of lines.
  local range = opts.range > 0 and (spec or { range = 'lines' }).range
  local buf = vim.api.nvim_get_current_buf()
  M.run(name ~= '' and name or 'status', {
    args = args,
    bang = opts.bang or bang == '!',
    count = range == 'size' and opts.count or nil,
    lines = range == 'lines' and gather.lines(buf, opts.line1, opts.line2) or nil,
    mods = opts.smods,
  })
end

return M
