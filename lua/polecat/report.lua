--- What is said when an operation that the user asked for by a command or a key has succeeded.
local notify = require('polecat.notify')

local M = {}

--- Of `session.start`.
---@param session polecat.SessionInfo|{ warnings?: string[] }
function M.started(session)
  notify.info(('`%s` runs in session `%s`'):format(session.polecat, session.session_id))
  for _, warning in ipairs(session.warnings or {}) do
    notify.warn(warning)
  end
end

--- Of `session.sling`.
---@param session polecat.SessionInfo|{ warnings?: string[] }
function M.slung(session)
  local text = '`%s` works on `%s` in session `%s`'
  notify.info(text:format(session.polecat, session.issue, session.session_id))
  for _, warning in ipairs(session.warnings or {}) do
    notify.warn(warning)
  end
end

--- Of `polecat.new`.
---@param new { polecat: string, workdir: string, branch: string }
function M.created(new)
  local text = '`%s` works in `%s` on branch `%s`'
  notify.info(text:format(new.polecat, vim.fn.fnamemodify(new.workdir, ':~'), new.branch))
end

--- Of `session.stop_all`.
---@param result { stopped: string[] }
function M.stopped_all(result)
  local names = table.concat(result.stopped, ', ')
  notify.info(names == '' and 'no polecat was running' or ('stopped %s'):format(names))
end

return M
