--- The sessions in telescope.nvim.
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local actions = require('telescope.actions')
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local finders = require('telescope.finders')
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local pickers = require('telescope.pickers')
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local previewers = require('telescope.previewers')
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local state = require('telescope.actions.state')

local M = {}

---@param prompt integer
---@param act fun(row?: string)
---@return fun()
local function closing(prompt, act)
  return function()
    local entry = state.get_selected_entry()
    actions.close(prompt)
    act(entry and entry[1])
  end
end

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  local picker = pickers.new(opts, {
    prompt_title = 'Polecats',
    finder = finders.new_table({ results = source.rows }),
    previewer = previewers.new_buffer_previewer({
      title = 'Output',
      define_preview = function(self, entry)
        source.preview(self.state.bufnr, entry[1])
      end,
    }),
    ---@diagnostic disable-next-line: unresolved-require -- another plugin's
    sorter = require('telescope.config').values.generic_sorter(opts),
    attach_mappings = function(prompt, map)
      actions.select_default:replace(closing(prompt, source.choose))
      map({ 'i', 'n' }, '<C-o>', closing(prompt, source.act))
      return true
    end,
  })
  picker:find()
end

return M
