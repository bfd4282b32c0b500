--- The sessions in mini.pick.
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local pick = require('mini.pick')

local M = {}

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  local own = {
    source = {
      name = 'Polecats',
      items = source.rows,
      preview = source.preview,
      choose = source.choose,
    },
    mappings = {
      polecat_act = {
        char = '<C-o>',
        func = function()
          source.act((pick.get_picker_matches() or {}).current)
          return true
        end,
      },
    },
  }
  pick.start(vim.tbl_deep_extend('force', own, opts))
end

return M
