--- The sessions in telescope.nvim.
local actions = require('telescope.actions')
local config = require('telescope.config').values
local finders = require('telescope.finders')
local pickers = require('telescope.pickers')
local previewers = require('telescope.previewers')
local state = require('telescope.actions.state')

local M = {}

---@param source polecat.Source
---@return table
local function finder(source)
  return finders.new_table({
    results = source.sessions,
    entry_maker = function(session)
      local text = source.format(session)
      return { value = session, display = text, ordinal = text }
    end,
  })
end

---@param source polecat.Source
---@return table
local function previewer(source)
  return previewers.new_buffer_previewer({
    title = 'What it prints',
    define_preview = function(self, entry)
      source.preview(self.state.bufnr, entry.value)
    end,
  })
end

--- Closes the picker and does `act` with what was selected.
---@param prompt integer
---@param act fun(session: polecat.SessionInfo)
---@return fun()
local function closing(prompt, act)
  return function()
    local entry = state.get_selected_entry()
    actions.close(prompt)
    if entry then
      act(entry.value)
    end
  end
end

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  local picker = pickers.new(opts, {
    prompt_title = 'Polecats',
    finder = finder(source),
    previewer = previewer(source),
    sorter = config.generic_sorter(opts),
    attach_mappings = function(prompt, map)
      actions.select_default:replace(closing(prompt, source.choose))
      map({ 'i', 'n' }, '<C-o>', closing(prompt, source.act))
      return true
    end,
  })
  picker:find()
end

return M
