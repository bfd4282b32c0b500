--- The sessions in the picker of snacks.nvim.
local M = {}

---@param act fun(row?: string)
---@return fun(picker: table, item?: table)
local function closing(act)
  return function(picker, item)
    picker:close()
    act(item and item.text)
  end
end

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  local items = vim.tbl_map(function(row)
    return { text = row }
  end, source.rows)
  ---@diagnostic disable-next-line: undefined-field, unresolved-require -- another plugin's
  require('snacks').picker.pick(vim.tbl_deep_extend('force', {
    title = 'Polecats',
    items = items,
    format = 'text',
    preview = function(ctx)
      source.preview(ctx.preview:scratch(), ctx.item.text)
      ctx.preview:wo({ wrap = false })
    end,
    confirm = closing(source.choose),
    actions = { polecat_act = closing(source.act) },
    win = { input = { keys = { ['<c-o>'] = { 'polecat_act', mode = { 'n', 'i' } } } } },
  }, opts))
end

return M
