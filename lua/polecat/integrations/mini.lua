--- The sessions in mini.pick.
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local pick = require('mini.pick')

local M = {}

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  --- Does `act` with a row once the picker, which waits for keys itself, has closed its window.
  ---@param act fun(row: string)
  ---@param row? string
  local function later(act, row)
    if row then
      vim.schedule(function()
        act(row)
      end)
    end
  end
  local own = {
    source = {
      name = 'Polecats',
      items = source.rows,
      preview = source.preview,
      choose = function(row)
        later(source.choose, row)
      end,
    },
    mappings = {
      polecat_act = {
        char = '<C-o>',
        func = function()
          later(source.act, (pick.get_picker_matches() or {}).current)
          return true
        end,
      },
    },
  }
  pick.start(vim.tbl_deep_extend('force', own, opts))
end

return M
