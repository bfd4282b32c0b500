--- The sessions in the picker of snacks.nvim.
local M = {}

---@param source polecat.Source
---@return table[]
local function items(source)
  return vim.tbl_map(function(session)
    return { text = source.format(session), session = session }
  end, source.sessions)
end

--- Closes the picker and does `act` with what was selected.
---@param act fun(session: polecat.SessionInfo)
---@return fun(picker: table, item?: table)
local function closing(act)
  return function(picker, item)
    picker:close()
    if item then
      -- The picker gives its window back in a turn of its own.
      vim.schedule(function()
        act(item.session)
      end)
    end
  end
end

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  require('snacks').picker.pick(vim.tbl_deep_extend('force', {
    title = 'Polecats',
    items = items(source),
    format = 'text',
    preview = function(ctx)
      source.preview(ctx.preview:scratch(), ctx.item.session)
      ctx.preview:wo({ wrap = false })
    end,
    confirm = closing(source.choose),
    actions = { polecat_act = closing(source.act) },
    win = { input = { keys = { ['<c-o>'] = { 'polecat_act', mode = { 'n', 'i' } } } } },
  }, opts))
end

return M
