--- Hands commands to the backend as they were typed, and does what it answers.
local effects = require('polecat.ui.effects')
local where = require('polecat.editor.context')

local M = {}

--- The lines of a range, and where they are.
---@param first integer
---@param last integer
---@return table<string, any>
local function lines_of(first, last)
  local name = vim.api.nvim_buf_get_name(0)
  return {
    name = name ~= '' and vim.fn.fnamemodify(name, ':.') or '',
    filetype = vim.bo.filetype,
    first = first,
    last = last,
    text = vim.api.nvim_buf_get_lines(0, first - 1, last, false),
  }
end

---@class polecat.Typed A command as it was typed.
---@field args string
---@field bang? boolean
---@field count? integer The size of its window.
---@field lines? table<string, any> The lines of its range, and where they are.
---@field mods? table
---@field show? polecat.Select Lets the user choose.

--- The row of the command `name`, `StopAll` or `stop-all`.
---@param name string
---@return polecat.Command?
function M.named(name)
  for _, spec in ipairs(require('polecat.commands')) do
    if spec.name == name or spec.sub == name then
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
  args = vim.tbl_extend('error', typed, args)
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
  M.run(name ~= '' and name or 'status', {
    args = args,
    bang = opts.bang or bang == '!',
    count = range == 'size' and opts.count or nil,
    lines = range == 'lines' and lines_of(opts.line1, opts.line2) or nil,
    mods = opts.smods,
  })
end

return M
